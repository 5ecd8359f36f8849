#!/usr/bin/env python3
"""Builds the extension's zip: `python3 install/extension.py [--out DIR]`, and installs it into a user folder.

With `--repository DIR` it makes a folder that any web server can serve as it is, from which Blender installs the
extension, and finds newer versions of it.

Standard library only. The tests and the demo import `build` and `install`, so that what they run is the built thing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "plugin"
DOOR = ROOT / "engine" / "neural_style" / "door"

#: The module that Blender knows the installed extension by.
MODULE = "bl_ext.user_default.neural_style"

_COMPILED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "*.so", "*.pyd", "*.egg-info", "build")
_SKIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def build(out: Path) -> Path:
    """Build `neural_style-VERSION.zip` in the folder `out`, and return its path.

    Blender's own builder makes and validates it where the environment of Blender 5.2 is there; else it is a plain zip
    with the same content. Raises RuntimeError with the builder's words where it finds something wrong.
    """
    out.mkdir(parents=True, exist_ok=True)
    manifest = tomllib.loads((PLUGIN / "blender_manifest.toml").read_text(encoding="utf-8"))
    target = out / f"{manifest['id']}-{manifest['version']}.zip"
    with tempfile.TemporaryDirectory(dir=out) as temporary:
        stage = Path(temporary) / manifest["id"]
        shutil.copytree(PLUGIN, stage, ignore=_SKIPPED)
        shutil.copytree(DOOR, stage / "door", ignore=_SKIPPED)
        _add_setup(stage / "setup")
        # Built beside its place and then moved there: a build that fails leaves no half of a zip behind.
        part = Path(temporary) / target.name
        builder = _builder()
        if builder is None:
            _zip(stage, part)
        else:
            _run(builder, "build", f"--source-dir={stage}", f"--output-filepath={part}")
            _run(builder, "validate", str(part))
        part.replace(target)
    return target


def repository(out: Path) -> Path:
    """Make `out` a static repository of extensions with this version in it; return its `index.json`.

    Other extensions' zips that lie there are listed too. Raises RuntimeError where Blender's own tool, which comes with
    Blender 5.2, is not there or finds something wrong.
    """
    builder = _builder()
    if builder is None:
        raise RuntimeError(
            "Blender's extension tool is not there: run `python3 install/environments.py blender-5.2` first"
        )
    build(out)
    _run(builder, "server-generate", f"--repo-dir={out}", "--html")
    return out / "index.json"


def install(package: Path, user_folder: Path) -> dict[str, str]:
    """Install a built zip into a Blender user folder, and return the environment that makes Blender use it.

    A script then enables the extension with `addon_utils.enable(MODULE, default_set=True)`; where it also saves the
    preferences (`bpy.ops.wm.save_userpref()`), every later Blender in that environment has it enabled.
    """
    target = user_folder / "extensions" / "user_default" / "neural_style"
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(target)
    return {"BLENDER_USER_RESOURCES": str(user_folder)}


def _add_setup(stage: Path) -> None:
    """What installs the engine from within Blender: `install/engine.py`, what it needs, and the engine's sources."""
    lib = ("__init__", "home", "interpreters", "machine", "pip_run", "processes")
    for name in ("engine.py", "requirements/engine.txt", *(f"lib/{each}.py" for each in lib)):
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "install" / name, stage / name)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (stage / "version.txt").write_text(project["version"] + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=stage) as temporary:
        source = Path(temporary) / f"neural_style-{project['version']}"
        for name in ("engine", "native"):
            shutil.copytree(ROOT / name, source / name, ignore=_COMPILED)
        for name in ("pyproject.toml", "CMakeLists.txt", project["readme"], *project["license-files"]):
            shutil.copyfile(ROOT / name, source / name)
        _zip(Path(temporary), stage / "source.zip")


def _builder() -> list[str] | None:
    """The command line of Blender's extension tool, where a Blender 5.2 (or newer) wheel is at hand.

    The tool itself needs no Blender, only a Python.
    """
    given = os.environ.get("NEURAL_STYLE_BLENDER_52")
    environment = Path(given).parents[1] if given else ROOT / ".envs" / "blender-5.2"
    found = sorted(environment.glob("lib/python*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    return [sys.executable, str(found[-1])] if found else None


def _run(builder: list[str], *arguments: str) -> None:
    done = subprocess.run([*builder, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Blender's {arguments[0]} of the extension failed:\n{done.stdout}{done.stderr}")


def _zip(stage: Path, target: Path) -> None:
    """The files of a folder, in order and without their dates: the same content gives the same zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in stage.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(stage).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())


def main() -> None:
    """Build the zip into the folder that is asked for."""
    parser = argparse.ArgumentParser(description="Build the Blender extension's zip.")
    parser.add_argument("--out", type=Path, default=ROOT / "out", metavar="DIR", help="folder for the zip (out)")
    parser.add_argument("--repository", type=Path, metavar="DIR", help="make a folder to serve, with index.json")
    options = parser.parse_args()
    try:
        print(repository(options.repository.resolve()) if options.repository else build(options.out))
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
