"""Writes frames into a video file that plays everywhere, and leaves nothing half-written under its name."""

import os
import secrets
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.container
import av.video.stream
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from neural_style.door.errors import NeuralStyleError
from neural_style.video.audio import Sound
from neural_style.video.read import EXACT

_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}

#: The extensions that can be written.
SUFFIXES = tuple(_FORMATS)


class VideoWriter:
    """A context manager that writes H.264, 4:2:0, and with it the sound of another file.

        with VideoWriter("painted.mp4", clip.fps, clip.width, clip.height, audio_from="clip.mp4") as writer:
            writer.write(frame)

    path:          .mp4, .m4v, .mov or .mkv. It is replaced only at a clean end: until then the video grows under
                   a hidden name in the same folder, which is removed if anything fails.
    width, height: of the frames. H.264 in 4:2:0 has even sides: an odd one is made even by repeating the last
                   column or row, and the file is one pixel larger (`size` says so).
    audio_from:    a file whose sound is copied (encoded to AAC where the container does not take it) as far as
                   the picture goes. A file without sound is no error. audio_start: where in it to begin, seconds.
    pixel_aspect:  width of a pixel by its height, as `Clip` says it.
    quality:       x264's constant rate factor, 0 (lossless) … 51; 16 cannot be told from the source by eye.

    Colours are tagged: matrix BT.709 from 720 lines or 1280 columns on, else BT.601, which is also what a
    player takes that does not read tags; limited range; primaries and transfer of BT.709.
    Raises NeuralStyleError where the target cannot be written or the sound not be read; ValueError for
    frames of another size.
    """

    def __init__(
        self,
        path: str | Path,
        fps: Fraction | int,
        width: int,
        height: int,
        audio_from: str | Path | None = None,
        *,
        audio_start: Fraction | float = 0,
        pixel_aspect: Fraction | int = 1,
        quality: int = 16,
    ) -> None:
        if width < 1 or height < 1 or fps <= 0:
            raise ValueError(f"width is {width}, height {height}, fps {fps}; expected more than 0")
        self.path = Path(path)
        self.fps = Fraction(fps)
        self.size = (width + width % 2, height + height % 2)
        self.frames = 0
        if self.path.suffix.lower() not in _FORMATS:
            raise NeuralStyleError("unknown kind of video file", str(path), f"end the name in {', '.join(SUFFIXES)}")
        if self.path.is_dir():
            raise NeuralStyleError("the target is a folder", str(path), "give the name of a file")
        self._shape = (height, width, 3)
        self._audio_from, self._audio_start = audio_from, Fraction(audio_start)
        self._pixel_aspect, self._quality = Fraction(pixel_aspect), quality
        self._hd = height >= 720 or width >= 1280
        self._temporary = self.path.with_name(f".{self.path.stem}.{secrets.token_hex(4)}{self.path.suffix}")
        self._sound: Sound | None = None
        self._container: av.container.OutputContainer | None = None

    def __enter__(self) -> Self:
        try:
            with self._temporary.open("xb"):  # FFmpeg's own message would not say which part of the path is wrong
                pass
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._open()
        except BaseException:
            self._abandon()
            raise
        return self

    def write(self, frame: NDArray[np.float32]) -> None:
        """Append one frame: float32 (H, W, 3), sRGB in [0, 1]; values outside are clipped, NaN is black."""
        if self._container is None:
            raise ValueError("the writer is not open; use it in a with statement")
        if frame.shape != self._shape:
            raise ValueError(f"frame has shape {frame.shape}; expected {self._shape}")
        try:
            self._mux(self._encodable(frame))
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            if not self.frames:
                raise NeuralStyleError("no frame was written", str(self.path), "choose at least one frame")
            self._mux(None)
            self._close()
            self._temporary.replace(self.path)
        except (av.FFmpegError, OSError) as failure:
            self._abandon()
            raise self._unwritable(failure) from failure
        except BaseException:
            self._abandon()
            raise

    def _open(self) -> None:
        # The index goes to the front (faststart), so that the file plays while it loads.
        name = _FORMATS[self.path.suffix.lower()]
        options = {} if name == "matroska" else {"movflags": "+faststart"}
        try:
            self._container = av.open(str(self._temporary), "w", format=name, options=options)
            self._stream = self._container.add_stream("libx264", rate=self.fps, options={"crf": str(self._quality)})
            context = self._stream.codec_context
            context.width, context.height = self.size
            context.pix_fmt = "yuv420p"
            context.time_base = 1 / self.fps
            context.sample_aspect_ratio = self._pixel_aspect
            context.colorspace = Colorspace.ITU709 if self._hd else Colorspace.ITU601
            context.color_range = ColorRange.MPEG
            context.color_primaries = ColorPrimaries.BT709
            context.color_trc = ColorTrc.BT709
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        if self._audio_from is not None:
            self._sound = Sound(self._audio_from, self._audio_start, self._container)

    def _encodable(self, frame: NDArray[np.float32]) -> av.VideoFrame:
        # From more than 8 bits swscale makes the picture brighter by 0.4 levels (measured), from 8 by none.
        levels = np.rint(np.clip(np.nan_to_num(frame), 0.0, 1.0) * 255.0).astype(np.uint8)
        even = np.pad(levels, ((0, levels.shape[0] % 2), (0, levels.shape[1] % 2), (0, 0)), mode="edge")
        matrix = Colorspace.ITU709 if self._hd else Colorspace.ITU601
        picture = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=matrix, dst_color_range=ColorRange.MPEG, interpolation=EXACT
        )
        picture.pts, picture.time_base = self.frames, 1 / self.fps
        self.frames += 1
        return picture

    def _mux(self, picture: av.VideoFrame | None) -> None:
        """Encode a picture (None: what the encoder still holds), then let the sound follow up to its end."""
        if self._container is None:
            return
        for packet in self._stream.encode(picture):
            self._container.mux_one(packet)
        if self._sound is not None:
            self._sound.mux(self._container, self.frames / self.fps)

    def _close(self) -> None:
        container, self._container = self._container, None
        sound, self._sound = self._sound, None
        try:
            if sound is not None:
                sound.close()
        finally:
            if container is not None:
                container.close()

    def _abandon(self) -> None:
        """Leave nothing behind, whatever happens on the way."""
        try:
            self._close()
        except (av.FFmpegError, OSError, ValueError):
            pass
        finally:
            self._temporary.unlink(missing_ok=True)

    def _unwritable(self, error: BaseException) -> NeuralStyleError:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        what = f"the video cannot be written, {why[:1].lower()}{why[1:]}"
        return NeuralStyleError(what, str(self.path), "choose a folder with enough space that you may write to")
