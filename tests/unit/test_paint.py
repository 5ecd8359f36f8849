"""The command line on real clips: what comes out, and every way it can go wrong."""

import os
from fractions import Fraction

import numpy as np
import pytest

from frames import moving_clip
from neural_style import video
from neural_style.cli import main
from neural_style.door.catalogue import STYLES
from neural_style.video import VideoWriter, probe, read_frames


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    with VideoWriter(path, Fraction(30000, 1001), 64, 48) as writer:
        for frame in moving_clip(4):
            writer.write(0.4 + 0.2 * frame)  # quiet colours, which H.264 keeps
    return path


def test_paint_writes_the_whole_clip(clip, tmp_path, capsys):
    output = tmp_path / "painted.mp4"
    assert main(["paint", str(clip), "-o", str(output), "--method", "blend"]) == 0
    info = probe(output)
    assert (info.width, info.height, info.frames, info.fps) == (64, 48, 4, Fraction(30000, 1001))
    assert "4 frames" in capsys.readouterr().out
    painted, source = (np.stack(list(read_frames(path))) for path in (output, clip))
    assert np.abs(painted - source).mean() > 0.05


def test_weight_nought_gives_the_clip_back(clip, tmp_path):
    output = tmp_path / "same.mp4"
    assert main(["paint", str(clip), "-o", str(output), "--method", "johnson", "--style-weight", "0"]) == 0
    painted, source = (np.stack(list(read_frames(path))) for path in (output, clip))
    assert np.abs(painted - source).mean() < 2 / 255


def test_width_and_frames(clip, tmp_path):
    output = tmp_path / "small.mp4"
    assert main(["paint", str(clip), "-o", str(output), "--method", "johnson", "--width", "40", "--frames", "2"]) == 0
    assert (probe(output).width, probe(output).height, probe(output).frames) == (40, 30, 2)


@pytest.mark.parametrize("argument", [["--width", "3"], ["--frames", "0"], ["--method", "magic"]])
def test_arguments_that_make_no_sense_are_refused(clip, argument, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["paint", str(clip), "-o", "never.mp4", *argument])
    assert stopped.value.code == 2
    assert argument[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nowhere.mp4"], "nowhere.mp4"),
        (["{text}"], "notes.mp4"),
        (["{clip}", "--style", "starry"], "did you mean starry-night"),
        (["{clip}", "--style", "gone.pth"], "gone.pth"),
        (["{clip}", "--style", "{text}.pth"], "checkpoint"),
        (["{clip}", "--vgg19", "gone.pth"], "gone.pth"),
        (["{clip}", "--style-weight", "3"], "style weight"),
        (["{clip}", "-o", "{folder}/missing/out.mp4"], "missing"),
        (["{clip}", "-o", "{folder}/out.xyz"], "out.xyz"),
        (["{clip}", "-o", "{clip}"], "the clip itself"),
        (["{clip}", "--seed", "-1"], "seed"),
    ],
)
def test_every_mistake_is_one_sentence_and_leaves_nothing(clip, tmp_path, capsys, arguments, word):
    text = tmp_path / "notes.mp4"
    text.write_text("this is no video")
    (tmp_path / "notes.mp4.pth").write_text("nor is this a checkpoint")
    places = {"clip": clip, "text": text, "folder": tmp_path}
    filled = [argument.format(**places) for argument in arguments]
    if "-o" not in filled:
        filled += ["-o", str(tmp_path / "out.mp4")]
    before = sorted(tmp_path.rglob("*"))
    assert main(["paint", *filled, "--iterations", "1"]) == 2
    error = [line for line in capsys.readouterr().err.splitlines() if line.startswith("neural-style: ")]
    assert len(error) == 1 and word in error[0]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_clip_broken_in_the_middle_leaves_nothing(clip, tmp_path, monkeypatch, capsys):
    def broken(*arguments, **options):
        for number, frame in enumerate(read_frames(*arguments, **options)):
            if number == 2:
                raise video_error
            yield frame

    from neural_style.door.errors import NeuralStyleError

    video_error = NeuralStyleError("the video is broken", "frame 2", "repair it")
    monkeypatch.setattr(video, "read_frames", broken)
    before = sorted(tmp_path.rglob("*"))
    assert main(["paint", str(clip), "-o", str(tmp_path / "out.mp4"), "--method", "johnson"]) == 2
    assert "the video is broken: frame 2 (repair it)" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_styles_are_listed(capsys):
    assert main(["styles"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[: len(STYLES)]] == [entry.name for entry in STYLES]
    assert lines[19].startswith("starry-night ") and "--style FILE" in "".join(lines[len(STYLES) :])


def test_the_doctor_finds_this_installation_well(capsys):
    assert main(["doctor"]) == 0
    report = capsys.readouterr().out
    without = os.environ.get("NEURAL_STYLE_NO_NATIVE") == "1"
    native = "not built" if without else "works"
    convolutions = "torch's" if without else "native, for "
    for word in (
        "torch 2.",
        f"warp: native: {native}",
        "warp: torch: works",
        f"convolutions: {convolutions}",
        "flow: dis: works",
        "libx264",
        "vgg16",
    ):
        assert word in report


def test_the_doctor_tells_what_is_broken(capsys, monkeypatch):
    monkeypatch.setenv("NEURAL_STYLE_DEVICE", "hoverboard")
    assert main(["doctor"]) == 1
    assert "BAD device" in capsys.readouterr().out


def test_fetch_prints_where_a_file_is(capsys):
    assert main(["fetch", "multistyle26"]) == 0
    assert capsys.readouterr().out.strip().endswith("multistyle26.safetensors")
    assert main(["fetch", "monalisa"]) == 2
