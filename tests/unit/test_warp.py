"""Warping: native, torch and OpenCL against the plain reference, the rule at the border, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import motion_reference
from motion_reference import BACKENDS, NAMES, need
from neural_style import motion, native
from neural_style.door.errors import NeuralStyleError

KERNELS = ("bilinear", "lanczos4")
sides = st.integers(1, 11)
values = st.floats(-1, 2, width=32)
shifts = st.one_of(st.floats(-12, 12, width=32), st.sampled_from([np.nan, np.inf, -np.inf, 1e30, -0.0, 1e-30]))


@st.composite
def cases(draw):
    height, width, channels = draw(sides), draw(sides), draw(st.sampled_from([1, 2, 3, 4]))
    image = draw(hnp.arrays(np.float32, (height, width, channels), elements=values))
    flow = draw(hnp.arrays(np.float32, (height, width, 2), elements=shifts))
    return image, flow


def random_case(height, width, channels=3, seed=0, size=3.0):
    random = np.random.default_rng(seed)
    image = random.random((height, width, channels), dtype=np.float32)
    return image, (random.standard_normal((height, width, 2)) * size).astype(np.float32)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_agrees_with_the_plain_reference(backend, kernel, case):
    image, flow = case
    result = backend.warp(image, flow, kernel)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, motion_reference.warp(image, flow, kernel), rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("channels", [1, 3])
def test_agrees_on_a_picture_wider_than_a_chunk(backend, kernel, channels):
    image, flow = random_case(7, 140, channels)
    expected = motion_reference.warp(image, flow, kernel)
    np.testing.assert_allclose(backend.warp(image, flow, kernel), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("kernel", "flag"), [("bilinear", cv2.INTER_LINEAR), ("lanczos4", cv2.INTER_LANCZOS4)])
def test_agrees_with_opencv_where_opencv_is_exact(backend, kernel, flag):
    """OpenCV rounds positions to 1/32 pixel, so the flow is given in such steps."""
    image, flow = random_case(40, 60)
    flow = np.round(flow * 32) / 32
    x, y = np.meshgrid(np.arange(60, dtype=np.float32), np.arange(40, dtype=np.float32))
    x, y = x + flow[..., 0], y + flow[..., 1]
    inside = (x >= 0) & (x <= 59) & (y >= 0) & (y <= 39)
    expected = cv2.remap(image, x, y, flag, borderMode=cv2.BORDER_REPLICATE)
    assert inside.sum() > 1500
    np.testing.assert_allclose(backend.warp(image, flow, kernel)[inside], expected[inside], rtol=0, atol=1e-5)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_moves_the_picture_against_the_flow(backend, kernel):
    image, _ = random_case(9, 12)
    flow = np.full((9, 12, 2), (2, 1), np.float32)
    result = backend.warp(image, flow, kernel)
    np.testing.assert_allclose(result[:-1, :-2], image[1:, 2:], rtol=0, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_outside_takes_the_unwarped_pixel_and_the_border_itself_is_inside(backend, kernel):
    image, _ = random_case(5, 6)
    flow = np.zeros((5, 6, 2), np.float32)
    flow[0, 0] = (5, 4)  # exactly the last pixel
    flow[0, 1] = (4 + 2**-10, 0)  # a little beyond the last column
    flow[0, 2] = (0, -(2**-10))
    flow[0, 3] = (np.nan, 0)
    flow[0, 4] = (0, np.inf)
    result = backend.warp(image, flow, kernel)
    expected = image.copy()
    expected[0, 0] = image[4, 5]
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_plain_picture_stays_plain(backend, kernel):
    _, flow = random_case(20, 30)
    image = np.full((20, 30, 3), 0.7, np.float32)
    np.testing.assert_allclose(backend.warp(image, flow, kernel), image, rtol=0, atol=1e-6)


def test_lanczos_keeps_what_bilinear_blurs():
    x = np.arange(64)
    wave = np.broadcast_to((0.5 + 0.5 * np.cos(x * 1.2))[None, :, None], (16, 64, 1)).astype(np.float32)
    flow = np.full((16, 64, 2), (0.5, 0), np.float32)
    exact = 0.5 + 0.5 * np.cos((x + 0.5) * 1.2)
    errors = {k: np.abs(motion.warp(wave, flow, k)[8, 8:-8, 0] - exact[8:-8]).max() for k in KERNELS}
    assert errors["lanczos4"] < 0.01 < 0.05 < errors["bilinear"]


def test_threads_change_nothing_and_may_be_called_from_threads():
    native = motion_reference.Native()
    image, flow = random_case(301, 257)
    for kernel in KERNELS:
        alone = native.warp(image, flow, kernel, 1)
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda n, k=kernel: native.warp(image, flow, k, n), (0, 2, 3, 7, 64)))
        for result in results:
            np.testing.assert_array_equal(result, alone)


@pytest.mark.parametrize("name", NAMES)
def test_arrays_that_are_not_contiguous_are_copied(monkeypatch, name):
    image, flow = random_case(12, 20)
    wide = np.repeat(image, 2, axis=1)[:, ::2]
    backwards = np.ascontiguousarray(flow[::-1])[::-1]
    assert not wide.flags.c_contiguous
    monkeypatch.setenv("NEURAL_STYLE_WARP", need(name))
    result = motion.warp(wide, backwards)
    np.testing.assert_allclose(result, motion_reference.warp(image, flow, "bilinear"), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda i, f: (i.astype(np.float64), f, "bilinear"), TypeError, r"image is float64 \(4, 5, 3\)"),
        (lambda i, f: (i, (f * 8).astype(np.int16), "bilinear"), TypeError, r"flow is int16 \(4, 5, 2\)"),
        (lambda i, f: (i.tolist(), f, "bilinear"), TypeError, "image is a list"),
        (lambda i, f: (i[..., 0], f, "bilinear"), ValueError, r"image has shape \(4, 5\); expected \(H, W, C\)"),
        (lambda i, f: (i[:0], f, "bilinear"), ValueError, r"image has shape \(0, 5, 3\)"),
        (lambda i, f: (i, f[..., :1], "bilinear"), ValueError, r"flow has shape \(4, 5, 1\); expected \(H, W, 2\)"),
        (lambda i, f: (i, f[:3], "bilinear"), ValueError, r"flow has shape \(3, 5, 2\).*of the size of \(4, 5, 3\)"),
        (lambda i, f: (i, f, "cubic"), ValueError, "kernel is 'cubic'; expected 'bilinear' or 'lanczos4'"),
    ],
)
def test_says_which_argument_is_wrong(monkeypatch, name, change, error, said):
    monkeypatch.setenv("NEURAL_STYLE_WARP", need(name))
    with pytest.raises(error, match=said):
        motion.warp(*change(*random_case(4, 5)))


def test_negative_threads_are_refused():
    with pytest.raises(ValueError, match="threads is -1"):
        motion_reference.Native().warp(*random_case(4, 5), "bilinear", -1)


def test_the_backend_is_native_unless_forced(monkeypatch, unmeasured):
    _ = motion_reference.Native().warp
    assert motion.backend() == "native"
    monkeypatch.setenv("NEURAL_STYLE_WARP", "torch")
    assert motion.backend() == "torch"
    monkeypatch.setenv("NEURAL_STYLE_WARP", "cuda")
    with pytest.raises(NeuralStyleError, match="use native, torch or opencl"):
        motion.backend()


def test_a_forced_but_missing_native_is_an_error(monkeypatch, unmeasured):
    monkeypatch.setattr(native, "module", None)
    assert motion.backend() == "torch"
    image, flow = random_case(6, 7)
    np.testing.assert_allclose(
        motion.warp(image, flow), motion_reference.warp(image, flow, "bilinear"), rtol=0, atol=1e-5
    )
    monkeypatch.setenv("NEURAL_STYLE_WARP", "native")
    with pytest.raises(NeuralStyleError, match="native kernels cannot be loaded"):
        motion.warp(image, flow)
