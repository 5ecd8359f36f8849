"""Strips that are cut, moved, retimed, reversed and mixed: each shows what a compositor paints of its source frames."""

import shutil

import cv2
import numpy as np
import pytest
from test_values import srgb

SOURCES = 30

#: Frames of the timeline, and the frame at which a strip's painting begins afresh.
GOES_ON, ANOTHER, SLOW, FAST, BACK = range(1, 8), range(8, 12), range(12, 18), range(16, 22), range(22, 27)


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    """A texture that passes by, and a disc on it."""
    folder = tmp_path_factory.mktemp("footage")
    noise = np.random.default_rng(0).integers(0, 256, (120, 200, 3)).astype(np.uint8)
    texture = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)
    for number in range(SOURCES):
        frame = texture[20 + number // 3 : 84 + number // 3, 2 * number : 2 * number + 96].copy()
        cv2.circle(frame, (20 + 2 * number, 32), 8, (30, 200, 90), -1)
        cv2.imwrite(str(folder / f"{number:04d}.png"), frame)
    return folder


@pytest.fixture(scope="module")
def sources(footage):
    """The footage's frames, (64, 96, 3), sRGB in [0, 1]."""
    return [cv2.imread(str(path))[..., ::-1].astype(np.float32) / 255 for path in sorted(footage.glob("*.png"))]


@pytest.fixture(scope="module")
def edit(blender, footage):
    """The strips, as they are and painted."""
    if blender.version == "4.5":
        pytest.skip("strips have no Compositor modifier before Blender 5")
    return blender.run("sequencer", "strips", footage)


@pytest.fixture(scope="module")
def plain(edit):
    """The strips as they are, by frame of the timeline, (64, 96, 3), sRGB."""
    return {frame: srgb(picture[..., :3]) for frame, picture in enumerate(edit.frames("plain"), 1)}


@pytest.fixture(scope="module")
def painted(edit):
    """The same, painted."""
    return {frame: srgb(picture[..., :3]) for frame, picture in enumerate(edit.frames("painted"), 1)}


def placed(picture: np.ndarray, frame: int) -> np.ndarray:
    """A picture where the reversed strip shows it: moved to the right, then flipped."""
    by = 8 if frame == 22 else 12
    moved = np.zeros_like(picture)
    moved[:, by:] = picture[:, :-by]
    moved = moved[:, ::-1]
    return moved


def nearest(picture: np.ndarray, candidates: dict) -> tuple:
    """Which of the candidates a picture is."""
    distance = {name: np.abs(candidate - picture).mean() for name, candidate in candidates.items()}
    found = min(distance, key=distance.get)
    assert distance[found] < 1e-3, "the frame shows none of the source's"
    return found


@pytest.fixture(scope="module")
def shown(plain, sources):
    """The source frames that every strip shows, as Blender itself has them, by strip and frame of the timeline."""
    numbered = dict(enumerate(sources))
    alone = [frame for frame in range(1, 22) if frame not in (16, 17)]
    found = {frame: nearest(plain[frame], numbered) for frame in alone}
    back = {
        frame: nearest(plain[frame], {number: placed(source, frame) for number, source in numbered.items()})
        for frame in BACK
    }
    # Where two are mixed, whatever pair and share explains the picture.
    mixed = {frame: explain(plain[frame], sources) for frame in (16, 17)}
    slow = {frame: found.get(frame) if frame < 16 else mixed[frame][0] for frame in SLOW}
    fast = {frame: found.get(frame) if frame > 17 else mixed[frame][1] for frame in FAST}
    assert mixed[16][2] < 1e-3
    fast[16] = 4  # nothing is seen of the first yet: it is where the blade cut
    shares = {frame: mixed[frame][2] for frame in mixed}
    return {"found": found, "slow": slow, "fast": fast, "back": back, "shares": shares}


def explain(mixed: np.ndarray, sources: list[np.ndarray]) -> tuple[int, int, float]:
    """The two source frames that a picture mixes, and the share of the second."""
    best = (np.inf, 0, 0, 0.0)
    for one in range(8):
        for other in range(4, SOURCES):
            across = sources[other] - sources[one]
            share = float(np.clip((across * (mixed - sources[one])).sum() / max((across**2).sum(), 1e-9), 0, 1))
            left = float(np.abs(sources[one] + share * across - mixed).mean())
            best = min(best, (left, one, other, share))
    assert best[0] < 2e-3
    return best[1:]


@pytest.fixture(scope="module")
def runs(shown):
    """The source frames that are painted one after the other, without repeats, from a cut to the next."""
    found = shown["found"]
    rows = {
        "goes_on": [found[frame] for frame in GOES_ON],
        "another": [found[frame] for frame in ANOTHER],
        "slow": list(shown["slow"].values()),
        "fast": list(shown["fast"].values()),
        "back": list(shown["back"].values()),
        "embers": [found[1]],
    }
    return {name: list(dict.fromkeys(row)) for name, row in rows.items()}


def paint(blender, footage, rows: dict[str, list[int]], folder) -> dict[str, dict[int, np.ndarray]]:
    """What a compositor paints of runs of source frames: by run and source frame, (64, 96, 3), sRGB."""
    for name, row in rows.items():
        (folder / name).mkdir()
        for place, number in enumerate(row, 1):
            shutil.copy(footage / f"{number:04d}.png", folder / name / f"{place:04d}.png")
    done = blender.run("sequencer", "runs", folder)
    pictures = {name: [srgb(frame[..., :3]) for frame in done.frames(name)] for name in rows}
    return {name: dict(zip(row, pictures[name], strict=True)) for name, row in rows.items()}


@pytest.fixture(scope="module")
def reference(blender, edit, footage, runs, tmp_path_factory):
    return paint(blender, footage, runs, tmp_path_factory.mktemp("runs"))


def same(one: np.ndarray, other: np.ndarray) -> None:
    assert np.abs(one - other).max() < 2 / 255


def test_the_edit_is_what_it_should_be(shown, runs):
    assert runs["goes_on"] == [0, 1, 2, 3, 4, 5, 6]
    assert runs["another"][0] > 15
    assert len(runs["slow"]) == 3 < len(shown["slow"])
    assert runs["fast"] == sorted(runs["fast"])
    assert runs["fast"][-1] - runs["fast"][0] > 8
    assert runs["back"] == sorted(runs["back"], reverse=True)


def test_cut_strips(painted, shown, reference):
    for frame in GOES_ON:  # over a cut with the blade, after which the same footage goes on
        same(painted[frame], reference["goes_on"][shown["found"][frame]])
    for frame in ANOTHER:
        same(painted[frame], reference["another"][shown["found"][frame]])


def test_a_cut_matters(painted, reference):
    """Of two frames of a run, the later one would look otherwise if a shot began there: the test above can fail."""
    first = min(reference["another"])
    assert np.abs(painted[9] - reference["another"][first]).max() > 0.1


def test_retimed_strips(painted, shown, reference):
    for frame in (12, 13, 14, 15):
        same(painted[frame], reference["slow"][shown["slow"][frame]])
    for frame in (18, 19, 20, 21):
        same(painted[frame], reference["fast"][shown["fast"][frame]])


def test_two_strips_at_once(painted, shown, reference):
    for frame, share in shown["shares"].items():
        one = reference["slow"][shown["slow"][frame]]
        other = reference["fast"][shown["fast"][frame]]
        same(painted[frame], one + share * (other - one))


def test_reversed_flipped_and_moved(painted, shown, reference):
    for frame in BACK:
        same(painted[frame], placed(reference["back"][shown["back"][frame]], frame))


def test_nothing_old_is_shown(edit, reference):
    same(srgb(edit.frame("embers.exr")[..., :3]), reference["embers"][0])


def test_keyframes(edit, plain, painted):
    for number, frame in enumerate(edit.frames("keyed")):
        share = number / 2
        same(srgb(frame[..., :3]), plain[number + 1] + share * (painted[number + 1] - plain[number + 1]))


def test_mask(edit, plain, painted):
    masked = srgb(edit.frame("masked/0003.exr")[..., :3])
    same(masked[:, :48], plain[3][:, :48])
    same(masked[:, 48:], painted[3][:, 48:])


def test_the_scene_is_as_it_was(edit):
    said = edit.said
    assert said["after"] == said["before"]
    assert said["groups"] == ["Neural Style"]
    assert said["prefetch"] is True
    assert len(said["lent"]) == 2, "two strips that are seen at once have a group each meanwhile"
    assert said["opened"] == {"groups": ["Neural Style"], "prefetch": True, "scenes": 1}
    assert said["shown"] is False


def test_scenes_in_strips(blender, footage, sources, tmp_path):
    """A scene that paints, cut and slowed down in another's sequencer; in 4.5 it is what *Add Neural Style* makes."""
    done = blender.run("sequencer", "scenes", footage)
    numbered = dict(enumerate(sources))
    found = [nearest(srgb(frame[..., :3]), numbered) for frame in done.frames("plain")]
    rows = {"goes_on": found[:7], "another": found[7:11], "slow": found[11:17]}
    assert found[7] > found[6] + 10
    assert len(set(rows["slow"])) == 3
    expected = paint(blender, footage, {name: list(dict.fromkeys(row)) for name, row in rows.items()}, tmp_path)
    painted = iter(done.frames("painted"))
    for name, row in rows.items():
        for number in row:
            same(srgb(next(painted)[..., :3]), expected[name][number])
    assert done.said["after"] == done.said["before"]
    assert done.said["shown"] is False


def test_a_strip_that_cannot_be_painted(blender, footage):
    """A picture without the painting would be a wrong one."""
    if blender.version == "4.5":
        pytest.skip("strips have no Compositor modifier before Blender 5")
    done = blender.run("sequencer", "refused", footage, status=1)
    assert "put Neural Style on Speed" in done.text
    assert not (done.folder / "refused").exists()


def test_every_kind_of_strip(blender, footage):
    """At weight 0 a strip is as without the node: what was captured is just what the modifier is given."""
    if blender.version == "4.5":
        pytest.skip("strips have no Compositor modifier before Blender 5")
    done = blender.run("kinds", footage / "0000.png")
    for kind in ("changed", "in_meta", "adjustment", "colour", "text", "cross", "half"):
        given, got = done.frames(f"{kind}_in"), done.frames(f"{kind}_out")
        assert len(given) == len(got) == 2
        for before, after in zip(given, got, strict=True):
            np.testing.assert_allclose(after, before, atol=1e-6)
            assert before[..., :3].max() > 0.02, f"{kind} shows something"
