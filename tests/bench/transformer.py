"""Times the transformer networks against ONNX Runtime on the same processor, in turns.

`.envs/engine/bin/python tests/bench/transformer.py [--size 480x270 ...] [--rounds 15]` prints, for the shipped network
of 26 styles and for Johnson's, milliseconds a frame and the ratio to ONNX Runtime, with the least and the most of all
rounds. Both take a frame (H, W, 3) and give one; both have as many threads. The multistyle file is the published one;
Johnson's network has random weights, exported for each size as the ONNX model zoo's are.
"""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import sizes
import torch
from tabulate import tabulate
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from neural_style.bench import clip
from neural_style.bench.timing import Spread, in_turns, ratio
from neural_style.pixels import Frame
from neural_style.styles import Stylist
from originals import original
from transformers import Levels, export, painting_network

#: A style of the multistyle network that is one of its own, and its place.
STYLE, PLACE = "starry-night", 19

#: Seconds until the threads of the one have stopped waiting for more, and are out of the other's way.
PAUSE = 0.1


def runtime(path: Path, scale: float, **more: np.ndarray) -> Callable[[Frame], Frame]:
    """A network by ONNX Runtime; scale: of the levels that it takes and gives."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def paint(frame: Frame) -> Frame:
        x = np.ascontiguousarray(scale * frame.transpose(2, 0, 1)[None])
        (picture,) = session.run(None, {name: x, **more})
        return np.ascontiguousarray((picture[0] / scale).clip(0, 1).transpose(1, 2, 0))

    return paint


def main() -> None:
    options = sizes.parser(__doc__, rounds=15).parse_args()
    cpu, stylist = torch.device("cpu"), Stylist(torch.device("cpu"))
    shares = np.eye(26, dtype=np.float32)[PLACE]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for height, width in tqdm(options.size or [(270, 480), (480, 640)]):
            # The published file knows no padding, so the frame is as the engine would continue it.
            width, height = width + -width % 4, height + -height % 4
            (frame,) = clip.frames(height, width, 1)
            johnson = export(
                Levels(painting_network(width=1.0)), Path(folder) / f"{width}.onnx", opset=11, size=(height, width)
            )
            for title, style, theirs in (
                ("26 styles", STYLE, runtime(original("multistyle26"), 1.0, style_weights=shares)),
                ("Johnson's", str(johnson), runtime(johnson, 255.0)),
            ):
                apart = np.abs(stylist.paint(frame, style) - theirs(frame)).max()
                candidates = {"ours": partial(stylist.paint, frame, style), "theirs": partial(theirs, frame)}
                seconds = in_turns(candidates, options.rounds, cpu, pause=PAUSE)
                mine, other = (1e3 * Spread.of(seconds[name]).median for name in ("ours", "theirs"))
                share = ratio(seconds, "ours", "theirs")
                rows.append((title, f"{width}×{height}", mine, other, share.median, share.least, share.most, apart))
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}\n")
    titles = ("network", "size", "ms", "ONNX Runtime, ms", "ratio", "least", "most", "most apart")
    print(tabulate(rows, titles, tablefmt="github", floatfmt=("", "", ".1f", ".1f", ".2f", ".2f", ".2f", ".1e")))


if __name__ == "__main__":
    main()
