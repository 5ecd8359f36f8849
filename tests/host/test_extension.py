"""The built zip: valid by Blender's own tool, whole, and free of anything that Blender does not have."""

import ast
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import extension


@pytest.fixture(scope="module")
def files(package):
    """The zip's files by name."""
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def test_blender_finds_it_valid(package):
    tool = extension._builder()
    if tool is None:
        pytest.skip("Blender 5.2 is not set up")
    done = subprocess.run([*tool, "validate", str(package)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_blender_finds_a_broken_one_invalid(package, tmp_path):
    tool = extension._builder()
    if tool is None:
        pytest.skip("Blender 5.2 is not set up")
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(package) as archive, zipfile.ZipFile(broken, "w") as copy:
        for name in archive.namelist():
            if name.endswith("blender_manifest.toml"):
                copy.writestr(name, archive.read(name).replace(b'type = "add-on"', b'type = "spell"'))
    assert subprocess.run([*tool, "validate", str(broken)], capture_output=True, check=False).returncode != 0


def test_blender_installs_it_from_the_static_repository(tmp_path):
    """Served as it is: Blender's own tool reads the list, checks the archive's hash, and installs it."""
    tool = extension._builder()
    if tool is None:
        pytest.skip("Blender 5.2 is not set up")
    index = extension.repository(tmp_path / "served")
    (listed,) = json.loads(index.read_text())["data"]
    archive = index.with_name(Path(listed["archive_url"]).name)
    assert listed["id"] == "neural_style"
    assert listed["archive_hash"] == f"sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}"
    local = tmp_path / "local"
    local.mkdir()
    where = ["--local-dir", str(local), "--remote-url", index.as_uri()]
    for command in (["sync", *where], ["install", *where, "--blender-version", "5.2.0", "neural_style"]):
        done = subprocess.run([*tool, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert (local / "neural_style" / "setup" / "source.zip").stat().st_size > 100_000


def test_the_setup_is_the_project_s(files):
    """What installs the engine from within Blender is what `install/engine.py` is, with all sources of the engine."""
    for name in ("engine.py", "requirements/engine.txt", "lib/machine.py", "lib/home.py"):
        assert files[f"setup/{name}"] == (extension.ROOT / "install" / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(files["setup/source.zip"])) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    tracked = subprocess.run(
        ["git", "ls-files", "engine", "native"], cwd=extension.ROOT, capture_output=True, text=True, check=True
    )
    assert names >= {*tracked.stdout.split(), "pyproject.toml", "CMakeLists.txt", "README.md", "LICENSE"}
    assert not [name for name in names if name.endswith((".so", ".pyc"))]


def test_the_door_is_the_engine_s(files):
    for path in extension.DOOR.glob("*.py"):
        assert files[f"door/{path.name}"] == path.read_bytes()


def test_it_imports_nothing_that_blender_does_not_have(files):
    allowed = {"bpy", "bpy_extras", "numpy", *sys.stdlib_module_names}
    found = set()
    for name, text in files.items():
        if name.endswith(".py"):
            own = {"lib"} if name.startswith("setup/") else set()  # run by itself, beside Blender
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names} - own
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found |= {node.module.partition(".")[0]} - own
    assert {"bpy", "numpy"} <= found
    assert found <= allowed


def test_both_ways_of_building_hold_the_same_files(files, tmp_path, monkeypatch):
    monkeypatch.setattr(extension, "_builder", lambda: None)
    with zipfile.ZipFile(extension.build(tmp_path)) as archive:
        assert {name for name in archive.namelist() if not name.endswith("/")} == set(files)
