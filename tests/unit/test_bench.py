"""The benchmark: its yardsticks do what the engine does, and its floor counts what is computed."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from frames import texture
from neural_style import motion, weights
from neural_style.bench import clip, floor, opencv_chain, painting, timing
from neural_style.cli import main
from neural_style.methods import METHODS
from neural_style.networks.multistyle import MultistyleNetwork
from neural_style.networks.vgg import VGG
from neural_style.objective import Objective, Targets


def flows(height, width):
    """A smooth flow that leaves the frame at some pixels, and its reverse, wrong in one place."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    flow = np.stack((1.7 + np.sin(y / 9), 0.6 * np.cos(x / 11) - 0.4), -1).astype(np.float32)
    reverse = -flow
    reverse[10:20, 30:45] += 6
    return flow, reverse


@pytest.mark.parametrize("kernel", ["bilinear", "lanczos4"])
def test_the_opencv_chain_warps_as_the_engine_does(kernel):
    image, (flow, _) = texture(48, 64), flows(48, 64)
    difference = np.abs(opencv_chain.warp(image, flow, kernel) - motion.warp(image, flow, kernel))
    assert difference.max() < 0.01  # 1/64 of a pixel off at most, in a texture of 8 pixels
    assert np.abs(image - motion.warp(image, flow, kernel)).max() > 0.1


@pytest.mark.parametrize("boundaries", [True, False])
def test_the_opencv_chain_trusts_what_the_engine_does(boundaries):
    flow, reverse = flows(48, 64)
    theirs = opencv_chain.reliability(flow, reverse, boundaries)
    ours = motion.reliability(flow, reverse, boundaries)
    assert 0.02 < (ours < 0.5).mean() < 0.5
    # A pixel whose position was rounded may fall on the other side of a threshold.
    assert (np.abs(theirs - ours) > 0.01).mean() < 0.02


def test_times_are_taken_in_turns():
    said = []
    work = {name: (lambda name=name: said.append(name)) for name in "ab"}
    seconds = timing.in_turns(work, 3, torch.device("cpu"))
    assert "".join(said) == "ababbaab"
    assert {name: len(values) for name, values in seconds.items()} == {"a": 3, "b": 3}
    assert timing.ratio({"a": [1, 6, 2], "b": [2, 2, 4]}, "a", "b") == timing.Spread(0.5, 0.5, 3)


LAYERS = ("relu4_2", "relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def test_the_floor_counts_what_a_gradient_computes():
    """Torch counts the operations of the convolutions and matrix products that it really does."""
    method, x = METHODS["fast"], torch.zeros(1, 3, 48, 64, dtype=torch.float64)
    objective = Objective(method, VGG(weights.tensors("vgg16"), torch.float64), Targets(x, x, x))
    with FlopCounterMode(display=False) as counter:
        objective.evaluate(x)
    done = counter.get_flop_counts()["Global"]
    there = floor.features(48, 64, LAYERS, torch.float64, backward=False)
    both = floor.features(48, 64, LAYERS, torch.float64, backward=True)
    assert floor.operations(there) == done[torch.ops.aten.convolution]
    assert floor.operations(both) == done[torch.ops.aten.convolution] + done[torch.ops.aten.convolution_backward]
    grams = floor.operations(floor.gram_matrices(48, 64, torch.float32, backward=True))
    products = (
        2 * done[torch.ops.aten.mm]
    )  # as many on the way back, which torch does not count: they are added in place
    assert 0.5 * products < grams <= products
    # In float32 all but those from three channels can do with a quarter.
    first, *others = floor.features(48, 64, LAYERS, torch.float64, backward=False)
    least = floor.operations(floor.features(48, 64, LAYERS, torch.float32, backward=False))
    assert least == first.operations + floor.operations(others) / 4


def test_the_floor_of_a_solve_by_hand():
    """relu1_1 alone: 3 to 64 channels, each of 9 places."""
    one = floor.features(10, 20, ["relu1_1"], torch.bfloat16, backward=True)
    assert floor.operations(one) == 2 * (2 * 9 * 3 * 64 * 200)
    assert floor.traffic(one) == 2 * ((3 + 64) * 200 + 9 * 3 * 64 + (3 + 2 * 64) * 200 + 9 * 3 * 64)
    # A method with neither content nor style: pixels, and the products with 0 + 1 + 2 pairs.
    bare = replace(METHODS["fast"], content=0.0, style=0.0)
    *_, pixels, steps = floor.solve(bare, 10, 20, 3, torch.float32)
    assert (pixels.name, steps.name) == ("pixels", "L-BFGS")
    assert steps.bytes == 4 * 4 * 600 * 3
    assert floor.solve(bare, 10, 20, 0, torch.float32) == []
    names = [name for name, *_ in floor.convolutions(16, 16, "relu5_1", "vgg19")]
    assert len(names) == 2 + 2 + 4 + 4 + 1 and names[-1] == "relu5_1"
    rates = floor.Rates({torch.float32: 1e9}, 1e6)
    work = [floor.Work("slow to compute", 3e9, 1e6), floor.Work("slow to move", 1e9, 5e6)]
    assert rates.seconds(work) == 3 + 5


def test_the_floor_of_a_transformer_network(painter):
    network = MultistyleNetwork.from_tensors(weights.tensors("multistyle26"))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, 48, 64), torch.ones(26) / 26)
    work = floor.counted(lambda: painter.stylist.paint(texture(48, 64), "starry-night"))
    # What minimal filtering saves of the six residual blocks' two convolutions, and of the first enlargement.
    minimal = 13 * 2 * 9 * 32 * 32 * 12 * 16 * 3 / 4
    assert floor.operations(work) == pytest.approx(counter.get_total_flops() - minimal, rel=1e-6)
    assert counter.get_total_flops() > 1e8
    assert floor.traffic(work) > 4 * 48 * 64 * 32


def test_the_port_paints_as_fast_does(painter):
    frames = clip.frames(48, 64, 2)
    measured = painting.Painting(painter, "starry-night", frames, 3).measure(1)
    (line,) = measured["rounds"]
    objective = line["objective"]
    # Torch's first step is so small that its change of gradient is mostly rounding, and so are the next two steps.
    assert objective["fast"] == pytest.approx(objective["plain port"], rel=5e-3)
    count = line["iterations to the port's objective"]
    assert 1 <= count <= 6
    assert objective[painting.REACHED] <= objective["plain port"] * (1 + 1e-6)
    assert {*line["solver"]} == {*line["frame"]} == {*line["processor"]}
    shares = painting.ratios([line], "frame")
    assert shares["fast"].median == line["frame"]["fast"] / line["frame"]["plain port"]


def test_a_tiny_run_leaves_a_report(tmp_path, capsys):
    seconds = tmp_path / "timings.jsonl"
    lines = [{"painted": True, "frame": n, "capture": 0.1 * n, "solver": 2.0} for n in (1, 2, 3)]
    seconds.write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"painted": False, "capture": 9.0}]))
    asked = [
        "bench",
        "-o",
        str(tmp_path / "out"),
        "--quick",
        "--parts",
        "kernels,flow,film,host,pixels,frames",
        "--sizes",
        "48x32",
    ]
    asked += ["--kernel-sizes", "64x48", "--growth-sizes", "64x48", "--growth-method", "blend", "--frames", "4"]
    assert main([*asked, "--rounds", "1", "--blender", str(seconds)]) == 0
    found = json.loads((tmp_path / "out" / "bench.json").read_text())
    assert found["blender"]["seconds a frame"]["capture"] == {"median": 0.2, "least": 0.1, "most": pytest.approx(0.3)}
    assert found["rates"]["bytes a second"] > 0 < found["rates"]["operations a second"]["float32"]
    (report,) = found["kernels"]
    assert {"opencv + numpy", "torch"} <= {row["backend"] for row in report["rows"]}
    for name, apart in report["largest_difference"].items():
        assert name == "opencv + numpy" or max(apart.values()) < 1e-4
    (pixels,) = found["pixels"]
    assert pixels["seconds a million pixels"] == pytest.approx(pixels["seconds a frame"] / (64 * 48 / 1e6))
    (whole,) = found["film"]
    assert whole["size"] == [48, 32] and whole["frames"] == 4
    least = {name: line["floor, seconds"] for name, line in whole["methods"].items()}
    assert 0 < 2 * least["steady"] < least["fast"]
    assert len(found["frames"]["memory of the worker, MB"]) == 2
    assert found["host"][0]["seconds a frame"]["median"] >= found["host"][0]["of which in the engine"]["median"] > 0
    text = (tmp_path / "out" / "table.md").read_text()
    assert text in capsys.readouterr().out
    for word in ("Floor", "farneback", "dis-torch", "frames a second", "s a million pixels", "capture", "48×32"):
        assert word in text
    assert not list((tmp_path / "out").glob("*.part"))


@pytest.mark.parametrize("wrong", [["--parts", "all"], ["--sizes", "640"], ["--sizes", "8x8"], ["--rounds", "0"]])
def test_what_cannot_be_measured_is_refused(wrong, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["bench", "-o", str(tmp_path), *wrong])
    assert wrong[0] in capsys.readouterr().err


def test_a_file_that_is_no_timings_is_refused(tmp_path, capsys):
    path = tmp_path / "no.jsonl"
    path.write_text("[1, 2]\n")
    assert main(["bench", "-o", str(tmp_path), "--parts", "flow", "--blender", str(path)]) == 2
    assert "NEURAL_STYLE_TIMINGS" in capsys.readouterr().err
