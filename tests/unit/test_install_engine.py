"""Installing the engine for a user: which build of PyTorch, how far it is, and that nothing half-done counts.

The set-up runs as it is, with the project's script; only what it installs is tiny (`tiny_engine.py`).
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tiny_engine

INSTALL = Path(__file__).resolve().parents[2] / "install"


@pytest.fixture(autouse=True)
def _scripts_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(INSTALL))


@pytest.mark.parametrize(
    ("system", "processor", "shown", "builds", "asked"),
    [
        ("Linux", "x86_64", {}, ["cpu", "cpu"], "torch==2.0+cpu"),
        ("Linux", "x86_64", {"nvidia": True}, ["cuda", "cpu", "cpu"], "torch==2.0,!=2.0+cpu"),
        ("Linux", "x86_64", {"amd": True}, ["cpu", "cpu"], "torch==2.0+cpu"),
        ("Linux", "arm64", {}, ["cpu"], "torch==2.0"),
        ("Darwin", "arm64", {}, ["apple"], "torch==2.0"),
        ("Darwin", "x86_64", {}, [], None),
        ("Windows", "x86_64", {"nvidia": True}, ["cpu"], "torch==2.0"),
        ("Plan 9", "x86_64", {}, [], None),
    ],
)
def test_the_build_follows_from_what_the_machine_shows(system, processor, shown, builds, asked):
    from lib import machine

    found = machine.attempts(machine.Machine(system, processor, **shown), "2.0")
    assert [attempt.build.name for attempt in found] == builds
    assert (found[0].requirement if found else None) == asked
    assert all(attempt.index is None for attempt in found)


def test_an_index_of_pytorch_s_is_taken_for_the_best_build():
    from lib import machine

    amd = machine.Machine("Linux", "x86_64", amd=True)
    (only,) = machine.attempts(amd, "2.0", index="somewhere")
    assert (only.build.name, only.requirement, only.index) == ("rocm", "torch==2.0", "somewhere")
    assert machine.left_out(amd).name == "rocm" and machine.left_out(machine.Machine("Linux", "x86_64")) is None
    assert machine.left_out(machine.Machine("Windows", "x86_64", nvidia=True)).name == "cuda"
    assert machine.left_out(machine.Machine("Linux", "x86_64", nvidia=True)) is None
    (named,) = machine.attempts(amd, "2.0", index="somewhere", name="cpu")
    assert named.build.name == "cpu"


@pytest.mark.parametrize(("text", "code", "found"), [("gfx1100", 0, True), ("none", 0, False), ("gfx1100", 1, False)])
def test_a_card_is_seen_by_what_its_program_says(tmp_path, monkeypatch, text, code, found):
    from lib import machine

    program = tmp_path / "rocminfo"
    program.write_text(f"#!/bin/sh\necho {text}\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert machine.look().amd is found


def test_no_address_of_an_index_is_written_down():
    for path in (*INSTALL.rglob("*.py"), *(INSTALL.parent / "plugin").rglob("*.py")):
        assert "https://" not in path.read_text(encoding="utf-8"), path


def test_of_pip_s_noise_the_last_package_is_shown():
    from lib.pip_run import package_of

    noise = "Collecting numpy\n  Downloading numpy-2.4-cp311.whl (17 MB)\nProcessing /w/torch-2.13.0+cpu-cp311.whl\n"
    assert package_of(noise) == "torch" and package_of("Looking in indexes") == ""


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The set-up as the extension carries it, with packages of a few lines; gives a function that runs it."""
    setup = tmp_path / "extension" / "setup"
    setup.mkdir(parents=True)
    shutil.copy(INSTALL / "engine.py", setup)
    shutil.copytree(INSTALL / "lib", setup / "lib")
    shutil.copytree(INSTALL.parent / "engine" / "neural_style" / "door", setup.parent / "door")
    for name, value in tiny_engine.fill(setup, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("NEURAL_STYLE_TORCH_INDEX", raising=False)
    command = [sys.executable, setup / "engine.py"]

    def run(*arguments: str) -> subprocess.Popen:
        pipe = subprocess.PIPE
        return subprocess.Popen([*command, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    return run, tmp_path


def test_an_engine_is_installed_kept_replaced_and_removed(tiny):
    from lib import home

    run, folder = tiny
    home_folder = folder / "data" / "engine"
    first = run("--attended", "--fetch")
    said = [json.loads(line) for line in first.stdout]
    assert first.wait(60) == 0, said
    facts = said[-1]["done"]
    shares = [line["share"] for line in said if "share" in line]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    assert "fetching something small" in [line.get("text") for line in said]
    assert home.about(home_folder) == facts
    assert (facts["torch"], facts["build"], facts["device"]) == ("2.13.0+cpu", "cpu", "cpu (2 threads)")
    assert (home_folder / facts["folder"] / "bin" / "python").exists()

    # Stopped in the middle of the next one, as when Blender is closed: the first still counts, alone.
    second = run("--attended")
    assert second.stdout.readline()
    time.sleep(0.2)
    second.stdin.close()
    assert second.wait(30) == 3
    assert home.about(home_folder) == facts
    assert [path.name for path in home_folder.iterdir() if path.is_dir()] == [facts["folder"]]

    shutil.copytree(folder / "data" / "engine", folder / "data" / "weights")
    removed = run("--remove", "--all")
    assert removed.wait(30) == 0
    assert not (folder / "data").exists()


def test_what_pip_cannot_find_is_a_sentence_and_leaves_nothing(tiny):
    run, folder = tiny
    (folder / "extension" / "setup" / "requirements" / "engine.txt").write_text("torch==9.9.9\n")
    done = run("--attended")
    said = [json.loads(line) for line in done.stdout]
    assert done.wait(60) == 1
    assert "a package could not be fetched" in said[-1]["failed"]
    assert not [path for path in (folder / "data" / "engine").iterdir() if path.is_dir()]


def test_a_full_disk_is_said_before_anything_is_fetched(tiny, monkeypatch, tmp_path):
    import engine

    options = engine._arguments(["--into", str(tmp_path / "home")])
    setup = engine.Setup(options, lambda _share, _text: None)
    monkeypatch.setattr(engine.shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(engine.SetupError, match=r"too little room on the disk.* 2\.2 are needed"):
        setup.run()


def test_a_machine_that_pytorch_is_not_published_for(monkeypatch, tmp_path):
    import engine

    monkeypatch.setattr(engine.machine, "look", lambda: engine.machine.Machine("Darwin", "x86_64"))
    options = engine._arguments(["--into", str(tmp_path / "home")])
    with pytest.raises(engine.SetupError, match=r"no PyTorch for this: Darwin on x86_64 \(use another machine\)"):
        engine.Setup(options, lambda _share, _text: None).run()


def test_only_folders_of_our_own_are_removed_when_they_are_empty(tmp_path, monkeypatch):
    from lib import home

    rule = home.folders()
    monkeypatch.setenv("NEURAL_STYLE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    for chosen in (str(tmp_path / "mine" / "painted"), ""):
        monkeypatch.setenv("NEURAL_STYLE_CACHE", chosen)
        for folder in (rule.cache_folder(), rule.data_folder()):
            folder.mkdir(parents=True)
        (rule.cache_folder() / "ab").mkdir()
        assert home.remove_cache(rule.cache_folder()) == []
        home.remove_empty(rule)
        assert not rule.cache_folder().exists() and not rule.data_folder().exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["caches", "mine"]
