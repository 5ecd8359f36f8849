"""Training: crops, movements and losses; that the loss falls, and that a resumed run equals an unbroken one."""

import json

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors import safe_open

from frames import texture
from neural_style import library, weights
from neural_style.cli import main
from neural_style.door.errors import NeuralStyleError
from neural_style.networks.stored import load, of_johnson
from neural_style.networks.vgg import VGG
from neural_style.training import trainer
from neural_style.training.losses import PerceptualLoss
from neural_style.training.movement import grid_of, move, random_flow
from neural_style.training.photos import Batch, Photos
from neural_style.training.recipe import STYLE_LAYERS, Recipe
from neural_style.training.trainer import Run, train
from plain_objective import features, gram

CPU = torch.device("cpu")

#: Small enough to be trained in a second.
TINY = Recipe(iterations=6, batch=2, size=32, width=0.25, style_size=64, decay="cosine", stability=10.0)


def save(path, picture):
    cv2.imwrite(str(path), np.rint(picture[..., ::-1] * 255).astype(np.uint8))
    return path


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder of photos, one of them in a folder below, and a painting: blue and yellow stripes."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "photos" / "more").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.JPG", "more/c.png")):
        save(folder / "photos" / name, texture(48 + 8 * number, 80, number))
    (folder / "photos" / "notes.txt").write_text("no photo")
    stripes = (np.mgrid[:64, :64].sum(0) // 6 % 2)[..., None]
    save(folder / "painting.png", np.where(stripes, [0.1, 0.2, 0.7], [0.9, 0.8, 0.2]))
    return folder


@pytest.fixture
def run(pictures, tmp_path):
    def make(recipe=TINY, folder="run", **more):
        options = {"painting": pictures / "painting.png", "photos": pictures / "photos", "preview_every": 0}
        return Run(folder=tmp_path / folder, recipe=recipe, **options | more)

    return make


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_crops_follow_from_seed_and_number(pictures):
    photos = Photos(pictures / "photos")
    assert len(photos.files) == 3
    first = [photos.crop(number, 32, seed=1) for number in range(6)]
    again = [photos.crop(number, 32, seed=1) for number in reversed(range(6))][::-1]
    other = [photos.crop(number, 32, seed=2) for number in range(6)]
    for a, b, c in zip(first, again, other, strict=True):
        assert a.shape == (32, 32, 3) and a.dtype == np.float32 and a.min() >= 0 and a.max() <= 1
        assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_every_photo_comes_once_before_any_comes_again(tmp_path):
    for level in range(5):
        save(tmp_path / f"{level}.png", np.full((40, 40, 3), level / 4, np.float32))
    photos = Photos(tmp_path)
    means = [round(4 * float(photos.crop(number, 32, seed=3).mean())) for number in range(15)]
    turns = [means[i : i + 5] for i in (0, 5, 10)]
    assert all(sorted(turn) == [0, 1, 2, 3, 4] for turn in turns)
    assert turns[0] != turns[1] or turns[1] != turns[2]


def test_photos_smaller_than_a_crop_are_enlarged(tmp_path):
    save(tmp_path / "small.png", texture(20, 28))
    assert Photos(tmp_path).crop(0, 64, seed=0).shape == (64, 64, 3)


def test_threads_read_the_same_batches(pictures):
    photos = Photos(pictures / "photos")
    ahead = list(photos.batches(TINY, start=2, workers=3, pinned=False))
    assert len(ahead) == 4
    for number, batch in enumerate(ahead, start=2):
        expected = photos.batch(number, TINY)
        for a, b in ((batch.crops, expected.crops), (batch.moved, expected.moved), (batch.grid, expected.grid)):
            assert torch.equal(a, b)


def test_a_moved_crop_is_where_its_grid_says():
    """What OpenCV moved along the flow and what torch samples at the grid is the same picture."""
    picture = texture(64, 64, 5)
    for seed in range(3):
        flow = random_flow(64, np.random.default_rng(seed))
        grid = torch.from_numpy(grid_of(flow))[None]
        x = torch.from_numpy(picture).permute(2, 0, 1)[None]
        sampled = F.grid_sample(x, grid, "bicubic", "border", align_corners=True)[0].permute(1, 2, 0).numpy()
        inside = (grid[0].abs() <= 0.95).all(-1).numpy()
        assert inside.mean() > 0.6 and np.abs(flow).max() > 0.5
        assert np.abs(sampled - move(picture, flow))[inside].max() < 0.02  # OpenCV's places are 32nds of a pixel
        assert np.abs(picture - move(picture, flow))[inside].max() > 0.1


def test_losses_equal_plain_numpy():
    """Johnson et al. 2016, section 3.2, and the published code's normalisations, on two crops."""
    tensors = weights.tensors("vgg16")
    recipe = Recipe(content=2.0, style=3.0, tv=0.5, batch=2, size=32)
    random = np.random.default_rng(0)
    painting, crops, painted = (random.random((count, 3, 32, 32), np.float32) for count in (1, 2, 2))
    loss = PerceptualLoss(recipe, VGG(tensors, torch.float64), torch.from_numpy(painting))
    found = loss.terms(Batch(torch.from_numpy(crops)), torch.from_numpy(painted), None)

    plain = {name: tensor.double().numpy() for name, tensor in tensors.items()}
    means = np.array([103.939, 116.779, 123.68])[:, None, None]

    def seen(picture):
        return features(picture[::-1] * 255.0 - means, plain)

    style, content, tv = [], [], []
    target = seen(painting[0])
    for x, y in zip(crops, painted, strict=True):
        of_x, of_y = seen(x), seen(y)
        content.append(((of_y["3_3"] - of_x["3_3"]) ** 2).mean())
        layers = [name.removeprefix("relu") for name in STYLE_LAYERS]
        style.append(sum(((gram(of_y[name]) - gram(target[name])) ** 2).mean() for name in layers))
        grey = y.astype(np.float64) * 255
        down, right = grey[:, 1:, :-1] - grey[:, :-1, :-1], grey[:, :-1, 1:] - grey[:, :-1, :-1]
        tv.append(0.5 * ((down**2).sum() + (right**2).sum()))
    assert float(found["content"]) == pytest.approx(2.0 * np.mean(content), rel=1e-4)
    assert float(found["style"]) == pytest.approx(3.0 * np.mean(style), rel=1e-4)
    assert float(found["tv"]) == pytest.approx(0.5 * np.mean(tv), rel=1e-4)


def test_stability_is_nought_where_painting_and_moving_commute():
    """The identity commutes with every movement, but for the crop's noise; inverting by columns does not."""
    picture = torch.from_numpy(texture(64, 64, 2)).permute(2, 0, 1)[None]
    flow = random_flow(64, np.random.default_rng(4))
    moved = torch.from_numpy(move(texture(64, 64, 2), flow)).permute(2, 0, 1)[None]
    batch = Batch(picture, moved, torch.from_numpy(grid_of(flow))[None])
    recipe = Recipe(stability=1.0, size=64)
    loss = PerceptualLoss(recipe, VGG(weights.tensors("vgg16")), picture)
    columns = torch.arange(64) % 8 < 4
    still = loss.terms(batch, picture, moved)["stability"]
    flickers = loss.terms(batch, picture.where(columns, 1 - picture), moved.where(columns, 1 - moved))["stability"]
    assert float(still) < 2 and float(flickers) > 100 * float(still)


def test_rates():
    constant = Recipe(iterations=100, learning_rate=0.5)
    assert {constant.rate(n) for n in range(100)} == {0.5}
    cosine = Recipe(iterations=100, learning_rate=0.5, decay="cosine", imitate="rust", imitation=40)
    assert cosine.rate(0) == 2.0 and cosine.rate(20) == pytest.approx(1.0) and cosine.rate(39) < 0.01
    assert cosine.rate(40) == 0.5 and cosine.rate(70) == pytest.approx(0.25) and cosine.rate(99) < 0.001


@pytest.mark.parametrize(
    "wrong",
    [{"size": 30}, {"size": 16}, {"width": 0.01}, {"style_size": 8}, {"style": -1.0}, {"tv": float("nan")},
     {"learning_rate": 0.0}, {"imitate": "rust"}, {"imitation": 5}, {"imitate": "rust", "imitation": 99_999}],
)  # fmt: skip
def test_wrong_hyper_parameters_are_refused(wrong):
    with pytest.raises(NeuralStyleError) as error:
        Recipe(**wrong)
    assert error.value.mend


def test_the_loss_falls(run):
    recipe = Recipe(iterations=40, batch=1, size=48, width=0.25, style_size=64, learning_rate=3e-3, stability=10.0)
    losses = train(run(recipe), CPU, quiet=True).losses
    assert list(losses) == [20, 40] and set(losses[20]) == {"content", "style", "tv", "stability"}
    first, last = (sum(losses[number].values()) for number in losses)
    assert last < 0.7 * first


class KilledError(Exception):
    pass


def killed_at(monkeypatch, iteration):
    """A training that dies in the midst of an iteration; what is after it is as before."""
    step = trainer._Training.step

    def dying(self, batch):
        if self.iteration == iteration:
            raise KilledError
        return step(self, batch)

    monkeypatch.setattr(trainer._Training, "step", dying)
    monkeypatch.setattr(trainer, "REPORT_EVERY", 2)
    monkeypatch.setattr(trainer, "CHECKPOINT_SECONDS", 0.0)


@pytest.mark.parametrize("more", [{}, {"imitate": "rust", "imitation": 2}, {"imitate": "rust", "imitation": 3}])
def test_a_resumed_run_equals_an_unbroken_one(run, monkeypatch, more):
    recipe = Recipe(**TINY.as_dict() | more)
    unbroken = train(run(recipe, "unbroken"), CPU, quiet=True).network
    with monkeypatch.context() as patch:
        killed_at(patch, 3)
        with pytest.raises(KilledError):
            train(run(recipe), CPU, quiet=True)
    begun = torch.load(run().folder / "checkpoint.pt", weights_only=True)
    assert begun["iteration"] == 2
    resumed = train(run(recipe), CPU, quiet=True).network
    assert same(resumed, unbroken)
    assert not same(resumed, train(run(Recipe(**recipe.as_dict() | {"seed": 1}), "other"), CPU, quiet=True).network)


def test_other_arguments_do_not_go_on(run):
    train(run(Recipe(**TINY.as_dict() | {"iterations": 1})), CPU, quiet=True)
    other = Recipe(**TINY.as_dict() | {"iterations": 2, "style": 7.0})
    with pytest.raises(NeuralStyleError, match=r"there: iterations 1, style 5\.0.*--restart"):
        train(run(other), CPU, quiet=True)
    assert list(train(run(other), CPU, restart=True, quiet=True).losses) == [2]


def test_a_damaged_checkpoint_is_one_sentence(run):
    folder = run().folder
    folder.mkdir()
    (folder / "checkpoint.pt").write_bytes(b"cut short")
    with pytest.raises(NeuralStyleError, match="--restart"):
        train(run(), CPU, quiet=True)


def test_previews_show_the_photo_and_its_painting(run, pictures):
    photo = pictures / "photos" / "a.png"
    recipe = Recipe(**TINY.as_dict() | {"iterations": 3})
    trained = train(run(recipe, preview=photo, preview_every=2), CPU, quiet=True)
    files = sorted(path.name for path in run().folder.glob("*.png"))
    assert files == ["preview-000002.png", "preview-000003.png"]
    shown = cv2.imread(str(run().folder / files[-1]))[..., ::-1] / 255
    source = cv2.imread(str(photo))[..., ::-1] / 255
    half = shown.shape[1] // 2
    assert np.abs(shown[:, :half] - source).max() < 0.01
    x = torch.from_numpy(source.astype(np.float32)).permute(2, 0, 1)[None]
    with torch.no_grad():
        painted = trained.network(x)[0].permute(1, 2, 0).numpy()
    assert np.abs(shown[:, half:] - painted).max() < 0.01


def test_a_folder_without_photos_is_one_sentence(run, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, what in (("empty", "holds no photos"), ("missing", "does not exist")):
        with pytest.raises(NeuralStyleError, match=what):
            train(run(photos=tmp_path / folder), CPU, quiet=True)


def test_a_photo_that_is_none_is_named(tmp_path, run, pictures):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(NeuralStyleError, match=r"broken\.jpg"):
        train(run(photos=tmp_path / "photos", preview=pictures / "photos" / "a.png"), CPU, quiet=True)


@pytest.fixture
def own_library(monkeypatch, tmp_path):
    """The user's styles in a folder of the test's, with the weights that were fetched."""
    kept = weights.locate("vgg16").parent
    data = tmp_path / "data"
    data.mkdir()
    (data / "weights").symlink_to(kept, target_is_directory=True)
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(data))
    monkeypatch.setenv("NEURAL_STYLE_DEVICE", "cpu")


def test_the_command_makes_a_style_that_paints(own_library, pictures, capfd):
    command = [
        "train",
        "--style",
        str(pictures / "painting.png"),
        "--photos",
        str(pictures / "photos"),
        "-o",
        "stripes",
    ]
    recipe = ["--iterations", "2", "--batch", "1", "--size", "32", "--width", "0.25", "--style-size", "64"]
    assert main([*command, *recipe, "--licence", "CC0", "--preview-every", "0"]) == 0
    entry = library.find("stripes")
    assert entry.licence == "CC0" and entry.painting.is_file()
    picture = load(entry.network).build()(torch.rand(1, 3, 40, 44))
    assert picture.shape == (1, 3, 40, 44) and picture.std() > 0
    with safe_open(entry.network, framework="pt") as file:
        metadata = file.metadata()
        assert file.get_tensor("conv1.conv2d.weight").dtype == torch.float16
    said = metadata["source"]
    assert said.startswith("neural-style train --style painting.png --photos photos -o stripes --iterations 2 ")
    assert "--learning-rate 0.001" in said and "--width 0.25" in said and str(pictures) not in json.dumps(metadata)

    # The same command finds it done; another one begins with it, and says so.
    assert main([*command, *recipe, "--preview-every", "0"]) == 0
    assert main([*command[:-1], "more", *recipe, "--start", "stripes", "--preview-every", "0"]) == 0
    with safe_open(library.find("more").network, framework="pt") as file:
        assert file.metadata()["source"].endswith("--start stripes")
    for wrong in (["--start", "nobody"], ["--start", "stripes", "--width", "0.5"]):
        capfd.readouterr()
        assert main([*command[:-1], "else", *recipe, *wrong]) == 2
        assert "begin with" in capfd.readouterr().err


def test_a_style_that_was_not_trained_is_not_replaced(own_library, pictures, capfd):
    library.add("mine", of_johnson(trainer.first_network(TINY, texture(32, 32))))
    command = ["train", "--style", str(pictures / "painting.png"), "--photos", str(pictures / "photos")]
    assert main([*command, "-o", "mine"]) == 2
    assert "there is a style of yours of that name" in capfd.readouterr().err
    assert main([*command, "-o", "starry-night"]) == 2
