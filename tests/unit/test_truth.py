"""Truth clips: motion and visibility on scenes small enough to know every pixel's answer without a renderer."""

import json

import cv2
import numpy as np
import pytest

from neural_style.door.errors import NeuralStyleError
from neural_style.truth import TruthClip

WIDTH, HEIGHT = 32, 18

#: A lens as long as the picture is wide: at distance d a pixel is d / WIDTH.
PROJECTION = np.array([[2.0, 0, 0, 0], [0, 2 * WIDTH / HEIGHT, 0, 0], [0, 0, -1.0002, -0.2], [0, 0, -1, 0]])


def shifted(x=0.0, y=0.0, z=0.0):
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def turned(degrees, axis):
    a = np.radians(degrees)
    c, s = np.cos(a), np.sin(a)
    matrix = np.eye(4)
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix


def write(folder, frames, views, poses):
    """A clip of frames given as (depth, object, normal) arrays, which need only broadcast to the frame's size."""
    for name in ("frames", "data"):
        (folder / name).mkdir(parents=True)
    for number, (depth, index, normal) in enumerate(frames, 1):
        picture = np.full((HEIGHT, WIDTH, 3), (10 * number, 20, 200), np.uint8)
        cv2.imwrite(str(folder / "frames" / f"{number:04d}.png"), picture[..., ::-1])
        np.savez_compressed(
            folder / "data" / f"{number:04d}.npz",
            depth=np.broadcast_to(depth, (HEIGHT, WIDTH)).astype(np.float32),
            object=np.broadcast_to(index, (HEIGHT, WIDTH)).astype(np.uint8),
            normal=np.broadcast_to(normal, (HEIGHT, WIDTH, 3)).astype(np.float16),
        )
    said = {"format": 1, "name": "hand", "fps": 24, "frames": len(frames), "width": WIDTH, "height": HEIGHT}
    said |= {"projections": [PROJECTION.tolist()] * len(frames)}
    said |= {"views": np.array(views).tolist(), "poses": np.array(poses).tolist()}
    (folder / "truth.json").write_text(json.dumps(said))
    return TruthClip.open(folder)


def square_over_a_wall(folder):
    """A square at depth 4 before a wall at depth 8: it moves by (3, 2) pixels, then by (0.5, 0)."""
    frames, poses = [], []
    for right, down, columns in ((0, 0, (4, 12)), (3, 2, (7, 15)), (3.5, 2, (7, 15))):
        depth, index = np.full((HEIGHT, WIDTH), 8.0), np.ones((HEIGHT, WIDTH))
        inside = np.s_[5 + down : 11 + down, columns[0] : columns[1]]
        depth[inside], index[inside] = 4, 2
        frames.append((depth, index, (0, 0, 1)))
        poses.append([np.eye(4), np.eye(4), shifted(right * 4 / WIDTH, -down * 4 / WIDTH)])
    return write(folder, frames, [np.eye(4)] * 3, poses)


def test_a_square_moves_over_a_wall(tmp_path):
    clip = square_over_a_wall(tmp_path)
    square = clip.surfaces(0).object == 2
    forth = clip.motion(0, 1)
    np.testing.assert_allclose(forth.flow, np.where(square[..., None], (3, 2), (0, 0)), atol=1e-5)
    covers = np.zeros((HEIGHT, WIDTH), bool)
    covers[7:13, 7:15] = True
    np.testing.assert_array_equal(~forth.visible, covers & ~square)
    back = clip.motion(1, 0)
    np.testing.assert_allclose(back.flow, np.where(covers[..., None], (-3, -2), (0, 0)), atol=1e-5)
    np.testing.assert_array_equal(~back.visible, square & ~covers)


def test_half_a_pixel_is_told(tmp_path):
    clip = square_over_a_wall(tmp_path)
    np.testing.assert_allclose(clip.motion(0, 2).flow[6, 6], (3.5, 2), atol=1e-5)
    assert clip.motion(1, 2).visible.mean() > 0.98, "what moves by half a pixel hides at most its edge"


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_from_a_frame_to_itself_there_is_no_motion(tmp_path, frame):
    flow, visible = square_over_a_wall(tmp_path).motion(frame, frame)
    np.testing.assert_allclose(flow, 0, atol=1e-5)
    assert visible.all()


def test_a_moving_camera_leaves_the_frame_behind(tmp_path):
    """The camera goes right by 4 pixels of a wall: all goes left, and 4 columns leave on the left."""
    views = [np.eye(4), np.linalg.inv(shifted(4 * 8 / WIDTH))]
    clip = write(tmp_path, [(8, 1, (0, 0, 1))] * 2, views, [[np.eye(4)] * 2] * 2)
    flow, visible = clip.motion(0, 1)
    np.testing.assert_allclose(flow, np.broadcast_to((-4, 0), flow.shape), atol=1e-5)
    np.testing.assert_array_equal(visible, np.arange(WIDTH)[None] >= np.full((HEIGHT, 1), 4))


def test_the_sky_turns_with_the_camera_and_does_not_shift(tmp_path):
    views = [np.eye(4), np.linalg.inv(shifted(5, 1, 2)), np.linalg.inv(turned(-2, "y"))]
    clip = write(tmp_path, [(np.inf, 0, 0)] * 3, views, [[np.eye(4)]] * 3)
    np.testing.assert_allclose(clip.motion(0, 1).flow, 0, atol=1e-5)
    # Turned to the right by 2°: in the middle of the frame all goes left by WIDTH · tan 2°.
    flow, visible = clip.motion(0, 2)
    assert flow[9, 16, 0] == pytest.approx(-WIDTH * np.tan(np.radians(2)), rel=0.01)
    assert visible[1:-1, 3:].all()
    assert not visible[:, 0].any()


def test_the_sky_is_behind_everything(tmp_path):
    wall = np.full((HEIGHT, WIDTH), np.inf)
    wall[:, 10:20] = 9
    index = np.isfinite(wall)
    clip = write(tmp_path, [(np.inf, 0, 0), (wall, index, (0, 0, 1))], [np.eye(4)] * 2, [[np.eye(4)] * 2] * 2)
    np.testing.assert_array_equal(clip.motion(0, 1).visible, ~index)


def test_a_slanted_floor_does_not_hide_itself(tmp_path):
    """A floor seen at a grazing angle, by a camera that goes forward: depth changes much from row to row."""
    row = np.arange(HEIGHT)[:, None] + 0.5
    with np.errstate(divide="ignore"):
        slope = (2 * row / HEIGHT - 1) * HEIGHT / (2 * WIDTH)  # y over depth, downwards
        depth = np.where(slope > 0, 1 / slope, np.inf)
    index = np.isfinite(depth)
    normal = np.where(index[..., None], (0, 1, 0), (0, 0, 0))
    views = [np.eye(4), np.linalg.inv(shifted(z=-0.4))]
    clip = write(tmp_path, [(depth, index, normal)] * 2, views, [[np.eye(4)] * 2] * 2)
    flow, visible = clip.motion(1, 0)
    assert (flow[index[:, 0], :, 1] < 0).all()
    assert visible[index[:, 0]].all()


def test_what_turns_its_back_is_hidden(tmp_path):
    """A card before the camera, turned round by 180° between the frames: another side is seen."""
    card = (4, 1, (0, 0, 1))
    about = shifted(z=-4) @ turned(180, "y") @ shifted(z=4)
    clip = write(tmp_path, [card] * 2, [np.eye(4)] * 2, [[np.eye(4)] * 2, [np.eye(4), about]])
    flow, visible = clip.motion(0, 1)
    assert flow[5, 0, 0] == pytest.approx(WIDTH - 1)
    assert not visible.any()


def test_what_is_behind_the_other_camera_is_not_visible(tmp_path):
    views = [np.eye(4), np.linalg.inv(shifted(z=-20))]
    clip = write(tmp_path, [(8, 1, (0, 0, 1))] * 2, views, [[np.eye(4)] * 2] * 2)
    flow, visible = clip.motion(0, 1)
    assert not visible.any()
    np.testing.assert_array_equal(flow, 0)


def test_pictures(tmp_path):
    clip = square_over_a_wall(tmp_path)
    assert (clip.count, clip.size, clip.fps) == (3, (HEIGHT, WIDTH), 24)
    pictures = list(clip.frames())
    assert [picture.dtype for picture in pictures] == [np.float32] * 3
    np.testing.assert_allclose(pictures[1][0, 0], np.float32([20, 20, 200]) / 255)


def test_sixteen_bit_pictures(tmp_path):
    clip = square_over_a_wall(tmp_path)
    cv2.imwrite(str(tmp_path / "frames" / "0001.png"), np.full((HEIGHT, WIDTH, 3), (65535, 257, 0), np.uint16))
    np.testing.assert_allclose(clip.frame(0)[0, 0], (0, 1 / 255, 1))


def test_memory_is_bounded(tmp_path):
    clip = write(tmp_path, [(8, 1, (0, 0, 1))] * 20, [np.eye(4)] * 20, [[np.eye(4)] * 2] * 20)
    for frame in range(19):
        clip.motion(frame + 1, frame)
    assert len(clip._read) <= 16


def test_no_such_frame(tmp_path):
    clip = square_over_a_wall(tmp_path)
    for index in (-1, 3):
        with pytest.raises(IndexError, match=f"no frame {index}"):
            clip.motion(0, index)


def test_errors_name_what_to_do(tmp_path):
    with pytest.raises(NeuralStyleError, match=r"no truth clip.*nowhere.*truth\.json"):
        TruthClip.open(tmp_path / "nowhere")
    clip = square_over_a_wall(tmp_path / "clip")
    (clip.folder / "data" / "0002.npz").write_bytes(b"PK\3\4 broken off")
    with pytest.raises(NeuralStyleError, match=r"broken: .*0002\.npz.*render it again"):
        clip.motion(0, 1)
    (clip.folder / "frames" / "0003.png").unlink()
    with pytest.raises(NeuralStyleError, match=r"missing or broken: .*0003\.png"):
        clip.frame(2)
    said = json.loads((clip.folder / "truth.json").read_text())
    for broken in (said | {"format": 0}, said | {"views": said["views"][:2]}, {"format": 1}, []):
        (clip.folder / "truth.json").write_text(json.dumps(broken))
        with pytest.raises(NeuralStyleError, match=r"(another version|broken): .*truth\.json"):
            TruthClip.open(clip.folder)
