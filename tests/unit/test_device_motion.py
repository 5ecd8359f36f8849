"""Motion in torch: as near to the truth as OpenCV's, the same numbers as its NumPy twins, and fit for one graph."""

import cv2
import numpy as np
import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from frames import texture
from neural_style import motion
from neural_style.methods import METHODS, Photometric
from neural_style.motion.device import DeviceFlow, edges, inverse_search, photometric
from neural_style.motion.device.estimate import uploaded
from neural_style.motion.device.pictures import mean_around, median
from operations import Operations, Taken

CPU = torch.device("cpu")


def turning(height=100, width=140, degrees=3.0, growth=1.03):
    """Two frames, and the true flow from the first to the second, of a texture that turns and grows a little."""
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, growth), np.float32)
    first = texture(height, width, 3)
    second = cv2.warpAffine(first, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    to = np.dstack([matrix[i, 0] * x + matrix[i, 1] * y + matrix[i, 2] for i in (0, 1)])
    return first, np.clip(second, 0, 1), to - np.dstack([x, y])


def sliding(step=7):
    """Two frames and the true flow: a square moves right over a still ground."""
    ground, square = texture(96, 128, 1), texture(40, 40, 2)
    first, second, flow = ground.copy(), ground.copy(), np.zeros((96, 128, 2), np.float32)
    first[28:68, 40:80] = second[28:68, 40 + step : 80 + step] = square
    flow[28:68, 40:80, 0] = step
    return first, second, flow


def error(flow, truth):
    return float(np.linalg.norm(flow - truth, axis=2)[8:-8, 8:-8].mean())


def tensor(frame):
    """A frame (H, W, C) as (1, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None]


@pytest.mark.parametrize("scene", [turning, sliding])
def test_it_is_no_farther_from_the_truth_than_opencvs(scene):
    a, b, truth = scene()
    ours, theirs = (error(flow(a, b), truth) for flow in (DeviceFlow(CPU), motion.DISFlow()))
    assert ours < 1.05 * theirs
    assert ours < 0.5


def test_light_that_changes_everywhere_moves_nothing():
    a, b, truth = turning()
    assert error(DeviceFlow(CPU)(a, 0.85 * b + 0.05), truth) < 0.2


def test_far_motion_is_found():
    large = texture(200, 400, 4) / 4 + 3 * cv2.resize(texture(40, 80, 5), (400, 200)) / 4
    a, b = large[20:180, 40:360], large[20:180, 5:325]  # what is at x in a, is at x + 35 in b
    flow = DeviceFlow(CPU)(np.ascontiguousarray(a), np.ascontiguousarray(b))
    assert np.abs(flow[20:-20, 20:-55] - (35, 0)).mean() < 0.1


def test_pairs_do_not_see_each_other():
    a, b, _ = turning()
    pair = uploaded(a, b, CPU).float().mean(1, keepdim=True)
    both = inverse_search.flow(pair, pair.flip(0))
    for number in (0, 1):
        alone = inverse_search.flow(pair[number : number + 1], pair.flip(0)[number : number + 1])
        assert torch.allclose(both[number], alone[0], atol=1e-3)


def test_bands_of_patches_give_what_all_at_once_give(monkeypatch):
    a, b, _ = turning()
    flow = DeviceFlow(CPU)
    whole = flow(a, b)
    monkeypatch.setattr(inverse_search, "_MOST_VALUES", 40 * 144 * 5)
    assert len(list(inverse_search._Level(*uploaded(a, b, CPU).float()[:, :1, None]).bands())) > 5
    assert np.abs(flow(a, b) - whole).mean() < 1e-3  # roundings, and what hangs on them


def test_moved_to_the_edges_as_by_opencv():
    a, b, truth = sliding()
    flow = motion.DISFlow()(a, b)
    theirs = motion.to_edges(flow, a, b)
    here, there = (tensor(motion.in_levels(frame)) for frame in (a, b))
    ours = edges.to_edges(tensor(flow), here, there)[0].permute(1, 2, 0).numpy()
    assert error(theirs, truth) < 0.8 * error(flow, truth)
    assert error(ours, truth) < 1.05 * error(theirs, truth)
    assert (np.abs(ours - theirs).max(axis=2) < 0.05).mean() > 0.95


def test_trusts_colours_as_numpy_does():
    a, b, flow = turning()
    a = a.copy()
    a[30:60, 40:80] *= 0.8  # a shadow
    a[60:80, 90:120] = texture(20, 30, 8)  # and what was not there
    allowed = Photometric(0.1, 0.05)
    expected = motion.photometric_reliability(a, b, flow, allowed)
    here, there = (tensor(motion.in_levels(frame)) for frame in (a, b))
    found = photometric.photometric_reliability(here, there, tensor(flow), allowed)[0, 0].numpy()
    inside = (slice(8, -8), slice(8, -8))  # along a flow that leaves the frame, kernels repeat it or stay
    assert expected.min() < 0.1 and expected.max() > 0.99
    np.testing.assert_allclose(found[inside], expected[inside], atol=2e-3)


@pytest.mark.parametrize("name", ["steady", "fast"])
def test_in_one_go_as_step_by_step(name):
    a, b, _ = sliding()
    flow = DeviceFlow(CPU)
    found = motion.estimator(flow, METHODS[name])(a, b)
    expected = motion.EstimatedMotion(flow, METHODS[name])(a, b)
    assert found.flow.shape == (96, 128, 2) and found.flow.dtype == np.float32
    assert found.reliability.shape == (96, 128) and found.reliability.dtype == np.float32
    assert (np.abs(found.flow - expected.flow).max(axis=2) < 0.05).mean() > 0.97
    assert (np.abs(found.reliability - expected.reliability) < 0.05).mean() > 0.95
    assert expected.reliability.min() < 0.1 and expected.reliability.max() > 0.9


def test_opencvs_flow_is_followed_step_by_step():
    assert isinstance(motion.estimator(motion.DISFlow(), METHODS["steady"]), motion.EstimatedMotion)


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (23, 200), (25, 24)])
def test_small_frames(size):
    a, b = texture(*size, 1), texture(*size, 2)
    found = motion.estimator(DeviceFlow(CPU), METHODS["steady"])(a, b)
    assert found.flow.shape == (*size, 2) and np.isfinite(found.flow).all()
    assert found.reliability.shape == size and np.isfinite(found.reliability).all()


def test_it_is_fit_for_one_graph():
    """It asks nothing of the device, and recorded on two frames it finds the motion of two others."""

    def taken(a, b):
        flow = DeviceFlow(CPU)
        flow.graphs = Taken()
        return flow.graphs, flow.motion(METHODS["steady"])(a, b)

    a, b, _ = turning(48, 64)
    graphs, _ = taken(a, b)
    with Operations() as operations:
        graphs.function(*graphs.tensors)
    assert "grid_sampler_2d" in operations.names
    assert not operations.waiting
    recorded = make_fx(lambda pair: graphs.function(pair))(*graphs.tensors)
    c, d, _ = turning(48, 64, -4, 1)
    others, expected = taken(c, d)
    flow, trust = recorded(*others.tensors)
    np.testing.assert_array_equal(flow.permute(1, 2, 0), expected.flow)
    np.testing.assert_array_equal(trust, expected.reliability)


@pytest.mark.parametrize("name", ["steady", "fast"])
def test_all_of_it_is_on_the_device(name):
    """On one without values: what was made on the host does not go together with its tensors, and nothing is read."""
    there = torch.device("meta")
    pair = torch.empty(2, 3, 48, 64, dtype=torch.uint8, device=there)
    flow, trust = DeviceFlow(there).motion(METHODS[name])._estimated(pair)
    assert (flow.device, flow.shape) == (there, (2, 48, 64))
    assert (trust.device, trust.shape) == (there, (48, 64))


def test_medians_and_means_are_numpys():
    values = torch.from_numpy(np.random.default_rng(0).random((2, 1, 6, 7), dtype=np.float32))
    expected = np.median(values.numpy().reshape(2, -1), axis=1)
    np.testing.assert_allclose(median(values).flatten(), expected)
    for size in ((6, 7), (1, 9), (2, 2)):
        picture = values[:1, :, : size[0], : size[1]]
        np.testing.assert_allclose(
            mean_around(picture, 5)[0, 0], cv2.blur(picture[0, 0].numpy(), (5, 5)), rtol=1e-5, atol=1e-6
        )
