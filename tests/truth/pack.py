"""Makes truth clips of what Blender rendered: `pack.py RENDERED CLIPS`, folders of folders, in the engine's Python.

The format is that of `neural_style.truth`. With --vectors, the Vector pass is kept too, as `vectors/NNNN.npz`: a
test holds the motion that the clip tells against Cycles' own.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import OpenEXR

from neural_style import truth

#: Cycles' depth where a ray met nothing.
NOTHING = 1e9


def passes(path: Path) -> dict[str, np.ndarray]:
    """All channels of all layers of an EXR file by name, without the view layer's: "Depth.Z"."""
    file = OpenEXR.File(str(path), separate_channels=True)
    found = {name: channel.pixels for part in file.parts for name, channel in part.channels.items()}
    return {name.partition(".")[2]: pixels for name, pixels in found.items()}


def surfaces(channels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of a frame's data."""
    index = channels.get("Object Index.X", channels.get("IndexOB.X"))  # Blender 5 and 4.5
    sky = channels["Depth.Z"] > NOTHING
    if index is None or (index[sky] != 0).any() or (index[~sky] < 1).any():
        raise ValueError("there are things in the scene that belong to no group")
    normal = np.stack([channels[f"surface.{axis}"] for axis in "RGB"], -1)
    return {
        "depth": np.where(sky, np.float32(np.inf), channels["Depth.Z"]),
        "object": index.astype(np.uint8),
        "normal": np.where(sky[..., None], 0, normal).astype(np.float16),
    }


def vectors(channels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The Vector pass as flow to the frame before and to the frame after, (right, down) in pixels.

    Found by moving a plane: X and Y are where the point was less where it is, Z and W where it is less where it will
    be, and Y and W point up. There is none for the sky.
    """
    x, y, z, w = (channels[f"Vector.{axis}"] for axis in "XYZW")
    return {"before": np.stack((x, -y), -1), "after": np.stack((-z, w), -1)}


def pack(rendered: Path, clip: Path, keep_vectors: bool = False) -> None:
    """Write the clip next to its place, and move it there when it is whole."""
    said = json.loads((rendered / "matrices.json").read_text())
    made = Path(tempfile.mkdtemp(prefix=f".{clip.name}.", dir=clip.parent))
    try:
        shutil.move(rendered / "frames", made / "frames")
        (made / "data").mkdir()
        (made / "vectors").mkdir()
        files = sorted((rendered / "passes").glob("*.exr"))
        for path in files:
            channels = passes(path)
            height, width = channels["Depth.Z"].shape
            np.savez_compressed(made / "data" / f"{path.stem}.npz", **surfaces(channels))
            if keep_vectors:
                np.savez_compressed(made / "vectors" / f"{path.stem}.npz", **vectors(channels))
        head = {"format": truth.FORMAT, "name": clip.name, "frames": len(files), "width": width, "height": height}
        (made / truth.DESCRIPTION).write_text(json.dumps(head | said), encoding="utf-8")
        if not keep_vectors:
            (made / "vectors").rmdir()
        made.chmod(0o755)
        if clip.exists():
            shutil.rmtree(clip)
        made.replace(clip)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    truth.TruthClip.open(clip)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rendered", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--vectors", action="store_true")
    given = parser.parse_args()
    for folder in sorted(given.rendered.iterdir()):
        pack(folder, given.clips / folder.name, given.vectors)
