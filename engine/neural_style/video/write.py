"""Writes frames into a video file that plays everywhere, and leaves nothing half-written under its name."""

from fractions import Fraction
from pathlib import Path

import av
import av.container
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from neural_style.video.read import EXACT
from neural_style.video.target import Target


class VideoWriter(Target):
    """A context manager that writes H.264, 4:2:0, and with it the sound of another file.

        with VideoWriter("painted.mp4", clip.fps, clip.width, clip.height, audio_from="clip.mp4") as writer:
            writer.write(frame)

    path, audio_from, audio_start: see `Target`.
    width, height: of the frames. H.264 in 4:2:0 has even sides: an odd one is made even by repeating the last
                   column or row, and the file is one pixel larger (`size` says so).
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
        super().__init__(path, fps, audio_from, audio_start)
        self.size = (width + width % 2, height + height % 2)
        self._shape = (height, width, 3)
        self._pixel_aspect, self._quality = Fraction(pixel_aspect), quality
        self._hd = height >= 720 or width >= 1280

    def write(self, frame: NDArray[np.float32]) -> None:
        """Append one frame: float32 (H, W, 3), sRGB in [0, 1]; values outside are clipped, NaN is black."""
        if self._container is None:
            raise ValueError("the writer is not open; use it in a with statement")
        if frame.shape != self._shape:
            raise ValueError(f"frame has shape {frame.shape}; expected {self._shape}")
        try:
            self._mux(*self._stream.encode(self._encodable(frame)))
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def _add_stream(self, container: av.container.OutputContainer) -> None:
        # Without the second option x264 encodes the same pictures differently from one time to the next (seen with
        # AVX-512: its macroblock tree), and a film that was taken up again would not be the same as an unbroken one.
        options = {"crf": str(self._quality), "x264-params": "cpu-independent=1"}
        self._stream = container.add_stream("libx264", rate=self.fps, options=options)
        context = self._stream.codec_context
        context.width, context.height = self.size
        context.pix_fmt = "yuv420p"
        context.time_base = 1 / self.fps
        context.sample_aspect_ratio = self._pixel_aspect
        context.colorspace = Colorspace.ITU709 if self._hd else Colorspace.ITU601
        context.color_range = ColorRange.MPEG
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709

    def _finish(self) -> None:
        self._mux(*self._stream.encode(None))

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
