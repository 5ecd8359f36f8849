"""Small films to paint, and a process that paints one and can be told when to die."""

import os
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from frames import moving_clip
from neural_style.films import plan as plans
from neural_style.video import VideoWriter

NTSC = Fraction(30000, 1001)

#: Of the shots of the film that several tests share, in frames.
LENGTHS = (13, 1, 9)


def film(path: Path, lengths=LENGTHS, audio_from=None) -> Path:
    """A clip of shots with these lengths: textures that move, each in a light of its own."""
    with VideoWriter(path, NTSC, 64, 48, audio_from=audio_from) as writer:
        for number, length in enumerate(lengths):
            for frame in moving_clip(length, seed=number):
                writer.write((0.2, 0.9, 0.5)[number % 3] * (0.4 + 0.6 * frame))
    return path


def scan(clip: Path, *part, **options) -> plans.Plan:
    """The whole plan of a clip, or of a part of it."""
    return list(plans.grown(plans.Plan(), clip, *part, **options))[-1]


def cuts(lengths) -> list[int]:
    """Where the shots of such a film begin."""
    return [sum(lengths[:n]) for n in range(len(lengths))]


def process(*arguments, segment=4, die_at=0, wait=0.0) -> subprocess.Popen:
    """`neural-style paint …` in a process that kills itself, as `kill -9` would, after painting `die_at` frames.

    wait: seconds that it takes longer over each frame. Nothing it paints is kept in a cache.
    """
    settings = {"NEURAL_STYLE_CACHE_GB": "0", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, str(segment), str(die_at), str(wait), "paint", *map(str, arguments)]
    return subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _main(segment: int, die_at: int, wait: float, arguments: list[str]) -> int:
    from time import sleep

    from neural_style import cli, session
    from neural_style.films import plan

    plan.LENGTH = segment
    paint, painted = session.Session.paint, 0

    def counted(*args, **options):
        nonlocal painted
        result = paint(*args, **options)
        painted += 1
        if painted == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        sleep(wait)
        return result

    session.Session.paint = counted
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]))
