"""The set-up: stamps, the finding of interpreters, and errors that come before anything is made."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "install"


@pytest.fixture(autouse=True)
def _scripts_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(INSTALL))


@pytest.fixture
def house(tmp_path, monkeypatch):
    """The library of environments, with its folders moved into an empty place and its work counted, not done."""
    import environments

    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path / ".envs")
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path / "requirements")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "native").mkdir()
    (tmp_path / "native" / "warp.cpp").write_text("// a kernel\n")
    for name in ("engine", "test", "blender-4.5"):
        (tmp_path / "requirements" / f"{name}.txt").write_text("a==1\n")
    made = []

    def create(environment, _python, title, _log):
        made.append(title)
        python = environment.python
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text("")
        (environment.folder / "pyvenv.cfg").write_text("home = here\nversion = 3.11.7\n")

    monkeypatch.setattr(environments, "_create", create)
    monkeypatch.setattr(environments, "_install_packages", lambda _environment, layer, _log: made.append(layer))
    monkeypatch.setattr(environments, "_install_project", lambda _environment, _log: made.append("project"))
    monkeypatch.setattr(environments, "_find_python", lambda _name: None)
    monkeypatch.setattr(environments, "make_importable", lambda _python, _log: made.append("import bpy"))
    return environments, made, tmp_path


def test_an_environment_is_made_once(house):
    environments, made, _ = house
    assert environments.existing("engine") is None
    first = environments.ensure("engine")
    assert made == ["the engine", "engine", "project"]
    assert environments.ensure("engine") == first == environments.existing("engine")
    assert made == ["the engine", "engine", "project"]


def test_a_changed_requirement_makes_it_anew(house):
    environments, made, folder = house
    environments.ensure("blender-4.5")
    (folder / "requirements" / "blender-4.5.txt").write_text("a==2\n")
    assert environments.existing("blender-4.5") is None
    environments.ensure("blender-4.5")
    assert made == ["Blender 4.5", "blender-4.5", "import bpy"] * 2


def test_a_changed_kernel_installs_the_project_again_and_nothing_else(house):
    environments, made, folder = house
    environments.ensure("test")
    made.clear()
    (folder / "native" / "warp.cpp").write_text("// another kernel\n")
    environments.ensure("test")
    assert made == ["project"]


def test_what_an_editor_leaves_behind_changes_nothing(house):
    environments, made, folder = house
    environments.ensure("engine")
    made.clear()
    (folder / "native" / ".warp.cpp.swp").write_text("")
    environments.ensure("engine")
    assert made == []


def test_another_python_makes_it_anew(house):
    environments, _, _ = house
    environment = environments.ensure("engine")
    (environment.folder / "pyvenv.cfg").write_text("version = 3.12.1\n")
    assert environments.existing("engine") is None


def test_an_interrupted_set_up_is_not_taken_for_a_whole_one(house, monkeypatch):
    environments, made, _ = house

    def interrupted(_environment, _layer, _log):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(environments, "_install_packages", interrupted)
        environments.ensure("engine")
    assert environments.existing("engine") is None
    environments.ensure("engine")
    assert made.count("the engine") == 2


def test_an_uninstalled_python_takes_the_environment_with_it(house):
    environments, _, _ = house
    environments.ensure("engine").python.unlink()
    assert environments.existing("engine") is None


def test_the_pins_are_exact():
    for file in (INSTALL / "requirements").glob("*.txt"):
        for line in file.read_text().splitlines():
            assert not line or line.startswith("#") or line.count("==") == 1, f"{file.name}: {line}"


def test_the_running_python_is_found():
    from lib import interpreters

    found = interpreters.find(".".join(map(str, sys.version_info[:2])))
    assert found is not None
    assert found.version == sys.version_info[:3]


def test_the_python_of_an_environment_answers_for_the_one_that_made_it(tmp_path):
    """The environment may be the very one that is removed to be made anew."""
    from lib import interpreters

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "here"], check=True)
    inside = next((tmp_path / "here" / ("Scripts" if sys.platform == "win32" else "bin")).glob("python*"))
    found = interpreters.ask(inside)
    assert found is not None
    assert not found.path.is_relative_to(tmp_path)
    assert found.path.is_file()


def test_a_shim_that_refuses_and_another_version_are_passed_over(tmp_path):
    from lib import interpreters

    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    answer = '{"executable": "/opt/x/python3", "version": [3, %d, 1], "venv": %s, "plain": true}'
    older, bare, whole = tmp_path / "older", tmp_path / "bare", tmp_path / "whole"
    for file, minor, venv in ((older, 12, "true"), (bare, 13, "false"), (whole, 13, "true")):
        file.write_text(f"#!/bin/sh\necho '{answer % (minor, venv)}'\n")
    for file in (shim, older, bare, whole):
        file.chmod(0o755)
    found = interpreters.find("3.13", [shim, older, bare, whole])
    assert found is not None and found.can_venv
    bare_one = interpreters.find("3.13", [shim, older, bare])
    assert bare_one is not None and not bare_one.can_venv
    assert interpreters.find("3.13", [shim, older, tmp_path / "absent"]) is None


def test_a_missing_python_is_said_in_one_sentence(monkeypatch):
    import environments

    monkeypatch.setattr(environments.interpreters, "find", lambda _version: None)
    with pytest.raises(environments.MissingPythonError, match=r"no Python 3\.13 was found, and Blender 5\.2 needs it"):
        environments._find_python("blender-5.2")


@pytest.mark.parametrize(
    ("noise", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        ("Failed: [Errno -3] Temporary failure in name resolution", "check the network"),
        ("Error: ensurepip is not available", "cannot make environments"),
        ("something else", "see the end of"),
    ],
)
def test_a_failed_installer_comes_down_to_a_sentence(tmp_path, noise, sentence, capsys):
    from lib.processes import SetupError, run_quietly

    with pytest.raises(SetupError, match=sentence):
        run_quietly([sys.executable, "-c", f"import sys; sys.exit({noise!r})"], tmp_path / "log", "setting up")
    assert noise in capsys.readouterr().err


def test_a_second_set_up_waits_for_the_first(tmp_path):
    """A process that finds the lock taken says so, and goes on when it is given back."""
    from lib.processes import locked

    lock = tmp_path / ".engine.lock"
    code = f"import sys; sys.path.insert(0, {str(INSTALL)!r})\nfrom pathlib import Path\n"
    code += f"from lib.processes import locked\nwith locked(Path({str(lock)!r})): print('in')"
    with locked(lock):
        second = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert b"another set-up is at work on engine" in second.stderr.readline()
        assert second.poll() is None
    assert second.communicate(timeout=10)[0] == b"in\n"


def test_an_unknown_environment_is_refused():
    answer = subprocess.run(
        [sys.executable, INSTALL / "environments.py", "blender-3.6"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1 and "blender-3.6" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--clip", "nowhere.mp4"], "the clip does not exist: nowhere.mp4"),
        (["--style", "baroque"], "unknown style: baroque (choose from"),
        (["--frames", "3"], "too few frames: 3"),
        (["--width", "8"], "the width is out of range: 8"),
        (["--out", __file__], "the output folder cannot be made"),
    ],
)
def test_the_demo_refuses_before_anything_is_set_up(arguments, words):
    answer = subprocess.run(
        [sys.executable, INSTALL / "demo.py", *arguments], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert words in answer.stderr and answer.stderr.count("\n") == 1


@pytest.mark.parametrize("count", [4, 5, 24, 48, 133])
def test_the_demos_weight_rises_stays_and_falls(count):
    from demonstration.job import weight_at, weight_keys
    from demonstration.pictures import sheet_frames

    keys = weight_keys(count)
    weight = [weight_at(frame, keys) for frame in range(1, count + 1)]
    assert weight[0] == weight[-1] == 0 and weight.count(1) >= count // 2
    top = weight.index(1)
    assert weight[: top + 1] == sorted(weight[: top + 1])
    assert weight[top:] == sorted(weight[top:], reverse=True)
    frames = sheet_frames(keys)
    assert frames == sorted(frames) and frames[0] == 1 and frames[-1] == count


def test_the_demos_clip_is_the_same_to_the_bit_for_blender_and_the_measures(tmp_path):
    import numpy as np

    from demonstration.clip import prepare
    from demonstration.job import Job
    from neural_style import video

    source = tmp_path / "source.mp4"
    random = np.random.default_rng(1)
    with video.VideoWriter(source, 30, 101, 67) as writer:
        for _ in range(6):
            writer.write(random.random((67, 101, 3), dtype=np.float32))
    shot = prepare(Job(str(source), 5, 80, "rust", "4.5", "python", "", str(tmp_path)))
    assert shot.size == (80, 54) and len(shot.frames) == 5
    for ours, theirs in zip(shot.frames, video.read_frames(shot.path), strict=True):
        np.testing.assert_array_equal(np.rint(ours * 255), np.rint(theirs * 255))
