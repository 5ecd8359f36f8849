"""Runs in the engine's Python: prepares the clip, has Blender render it, and writes the film, the sheet, the report."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from tqdm import tqdm

from demonstration import pictures, report
from demonstration.clip import Shot, prepare
from demonstration.job import Job, weight_at
from neural_style import video, weights
from neural_style.door.errors import NeuralStyleError
from neural_style.pixels import Frame

#: A child's noise that is kept for the case that it fails.
_LAST_LINES = 12


def main(job: Job) -> int:
    """Do the job; 0, or 2 for something wrong with the clip, 1 for a failed render."""
    try:
        shot = prepare(job)
        for name in ("multistyle26", "vgg16"):  # fetched now, not in the middle of the render
            weights.locate(name)
        painted = render(job, shot)
        if painted is None:
            return 1
        finish(job, shot, *painted)
    except NeuralStyleError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    return 0


def render(job: Job, shot: Shot) -> tuple[list[Frame], list[dict], dict] | None:
    """Have Blender render the shot: the frames, the seconds of each, and what painted them; None where it failed."""
    frames, cache, timings = job.work / "frames", job.work / "cache", job.work / "timings.jsonl"
    for leftover in (frames, cache):
        shutil.rmtree(leftover, ignore_errors=True)
    timings.unlink(missing_ok=True)
    (width, height), fps = shot.size, shot.info.fps
    request = {
        "clip": str(shot.path),
        "frames": len(shot.frames),
        "width": width,
        "height": height,
        "fps": [round(fps), float(round(fps) / fps)],  # as Blender takes it: a whole number, and a divisor
        "style": job.style,
        "keys": shot.keys,
        "work": str(job.work),
        "blend": str(job.work.parent / "shot.blend"),
    }
    # A cache of its own, so that the report tells what painting takes, not what remembering does.
    environment = os.environ | {
        "BLENDER_USER_RESOURCES": job.resources,
        "NEURAL_STYLE_ENGINE": sys.executable,
        "NEURAL_STYLE_CACHE": str(cache),
        "NEURAL_STYLE_TIMINGS": str(timings),
    }
    command = [job.python, str(Path(__file__).with_name("scene.py")), json.dumps(request)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    began = time.monotonic()
    engine: dict = {}
    noise: deque[str] = deque(maxlen=200)
    with (
        subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment, text=True, **pipes) as child,
        tqdm(total=len(shot.frames), unit="frame", desc=f"Blender {job.blender} paints") as bar,
    ):
        assert child.stdout is not None
        try:
            for line in child.stdout:
                if line.startswith("@frame"):
                    bar.update()
                elif line.startswith("@engine"):
                    engine = json.loads(line.partition(" ")[2])
                else:
                    noise.append(line.rstrip())
        except BaseException:
            child.kill()  # the engine's worker leaves by itself when nobody holds its input any more
            raise
    shutil.rmtree(cache, ignore_errors=True)
    files = sorted(frames.glob("*.png"))
    if child.returncode or len(files) != len(shot.frames):
        _explain(noise)
        return None
    painted = [pictures.load(file) for file in files]
    seconds = [json.loads(line) for line in timings.read_text().splitlines()]
    return painted, seconds, {**engine, "rendered_in": time.monotonic() - began}


def _explain(noise: Iterable[str]) -> None:
    """Say why the render failed: the extension's own sentence, or else the last that Blender said."""
    noise = [line for line in noise if line]
    sentences = [line for line in noise if line.startswith("Neural Style: error: ")]
    for line in sentences[-1:] or [f"    {line}" for line in noise[-_LAST_LINES:]]:
        print(line.replace("Neural Style: error", "demo"), file=sys.stderr)
    if not sentences:
        print("demo: Blender ended before the shot was whole (its last words are above)", file=sys.stderr)


def finish(job: Job, shot: Shot, painted: list[Frame], seconds: list[dict], engine: dict) -> None:
    """Measure, and write everything: each file appears under its name when it is whole."""
    out, (width, height) = Path(job.out), shot.size
    weight = [weight_at(frame, shot.keys) for frame in range(1, len(shot.frames) + 1)]
    with video.VideoWriter(
        out / "painted.mp4",
        shot.info.fps,
        width,
        height,
        audio_from=shot.source if shot.info.has_audio else None,
        pixel_aspect=shot.info.pixel_aspect,
    ) as writer:
        for frame in painted:
            writer.write(frame)
    picked = pictures.sheet_frames(shot.keys)
    labels = [f"frame {number}   weight {weight[number - 1]:.2f}" for number in picked]
    rows = [[frames[number - 1] for number in picked] for frames in (shot.frames, painted)]
    _place(out / "sheet.png", lambda part: pictures.save(pictures.sheet(rows, labels), part))
    both = pictures.before_after(*(row[3] for row in rows))
    _place(job.work / "before-after.jpg", lambda part: pictures.save(both, part))
    found = report.make(job, shot, painted, weight, seconds, engine)
    _place(out / "report.json", lambda part: part.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n"))
    print(report.summary(found))
    print(f"in {out}: painted.mp4, sheet.png, report.json, and shot.blend to open in Blender")


def _place(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the final name, then move there."""
    part = path.with_name(f".part-{path.name}")  # the suffix stays: it says what kind of file to write
    write(part)
    part.replace(path)


if __name__ == "__main__":
    try:
        sys.exit(main(Job.from_json(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(130)
