"""Times warp and reliability by every backend against OpenCV's `remap` and NumPy, in one go.

`.envs/engine/bin/python tests/bench/kernels.py [--size 1920x1080 ...] [--rounds 15] [-o FOLDER]` prints a table for
each size, and leaves it in FOLDER as kernels.md and, with every number, kernels.json; `--without torch` leaves a
backend out. `neural_style.bench.kernels` tells what is measured and how; `neural-style bench` measures it too, with
all the rest.
"""

import json
from pathlib import Path
from typing import Any

import cv2
import sizes
import torch
from tqdm import tqdm

from neural_style.bench import kernels
from neural_style.bench.machine import describe
from neural_style.motion import opencl_backend


def main() -> None:
    parser = sizes.parser(__doc__, rounds=15)
    parser.add_argument("--without", action="append", default=[], choices=("native", "torch", "opencl"))
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    found = kernels.backends(options.without)
    report: dict[str, Any] = {
        "machine": describe(torch.device("cpu")),
        "threads": {"opencv": cv2.getNumThreads(), "torch": torch.get_num_threads()},
        "opencl": opencl_backend.device_names()[:1] if "opencl" in found else [],
        "sizes": [],
    }
    parts = []
    for height, width in options.size or [(1080, 1920)]:
        title = f"{width}×{height}"
        measured = kernels.measure(found, width, height, options.rounds, lambda rounds, t=title: tqdm(rounds, desc=t))
        report["sizes"].append(measured)
        rate = measured["copy_gigabytes_a_second"]["median"]
        parts.append(f"{title}, memory copied at {rate:.1f} GB/s\n\n{kernels.table(measured)}\n")
    text = "\n".join(parts)
    print(f"\n{text}")
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "kernels.md").write_text(text, encoding="utf-8")
        (options.output / "kernels.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
