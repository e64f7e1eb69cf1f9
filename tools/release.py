"""Make a release and try it, without publishing anything.

    python tools/release.py             # a dry run: build, check, install, try
    python tools/release.py --upload    # the same, and then twine upload

Builds the source archive and the wheel twice from what is committed and compares them byte by
byte, has twine check them, and installs the wheel into an empty environment of each Python that
the project names and this machine has, where the demo has to run. Needs ``mien[dev]``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class ReleaseError(Exception):
    """What stops a release, in one line."""


def main() -> int:
    """Run all steps; the exit status."""
    options = argparse.ArgumentParser(description="Make a release and try it.")
    options.add_argument("--upload", action="store_true", help="publish it, if all is well")
    options.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the files")
    wanted = options.parse_args()
    try:
        version = check_texts(ROOT)
        check_committed(ROOT)
        files = build_twice(ROOT, wanted.out)
        run([sys.executable, "-m", "twine", "check", "--strict", *map(str, files)])
        for python in named_pythons(ROOT):
            try_wheel(python, next(each for each in files if each.suffix == ".whl"))
        if wanted.upload:
            run([sys.executable, "-m", "twine", "upload", *map(str, files)])
    except ReleaseError as error:
        print(f"no release: {error}", file=sys.stderr)
        return 1
    done = "uploaded" if wanted.upload else "ready; nothing was uploaded"
    print(f"mien {version}: {done}")
    for each in files:
        print(f"  {sha256(each)}  {each} ({each.stat().st_size / 1e6:.1f} MB)")
    return 0


def check_texts(root: Path) -> str:
    """The version, which changelog and citation must name.

    Raises
    ------
    ReleaseError
        If one of them does not.
    """
    found = re.search(r'__version__ = "([^"]+)"', (root / "src/mien/version.py").read_text("utf-8"))
    if found is None:
        raise ReleaseError("src/mien/version.py names no version")
    version = found[1]
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", changelog, re.M):
        raise ReleaseError(f"CHANGELOG.md has no dated part for {version}")
    if f"version: {version}\n" not in (root / "CITATION.cff").read_text("utf-8"):
        raise ReleaseError(f"CITATION.cff does not name version {version}")
    return version


def check_committed(root: Path) -> None:
    """Refuse to build what is in no commit."""
    command = ["git", "-C", str(root), "status", "--porcelain"]
    changed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if changed:
        raise ReleaseError(f"not all is committed: {changed.splitlines()[0].strip()}, …")


def build_twice(root: Path, to: Path) -> list[Path]:
    """Source archive and wheel in ``to``, from a clone, if two builds make the same bytes."""
    with tempfile.TemporaryDirectory() as work:
        made = []
        for number in (1, 2):
            clone, out = Path(work, f"clone{number}"), Path(work, f"dist{number}")
            run(["git", "clone", "--quiet", str(root), str(clone)])
            run([sys.executable, "-m", "build", "--outdir", str(out), str(clone)])
            made.append(sorted(out.iterdir()))
        for one, other in zip(*made, strict=True):
            if sha256(one) != sha256(other):
                raise ReleaseError(f"two builds of {one.name} differ")
        to.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy2(each, to / each.name)) for each in made[0]]


def named_pythons(root: Path) -> list[str]:
    """The Pythons of the classifiers that are on this machine."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    found = []
    for classifier in project["classifiers"]:
        version = re.search(r":: (3\.\d+)$", classifier)
        if version is None:
            continue
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        candidates = [f"python{version[1]}", *map(str, pyenv.glob(f"{version[1]}.*/bin/python"))]
        python = next((each for each in candidates if works(each)), None)
        if python is None:
            print(f"Python {version[1]} is not on this machine: not tried")
        else:
            found.append(python)
    return found


def works(python: str) -> bool:
    """Whether it can make environments; a shim of pyenv may be a name without a Python."""
    try:
        done = subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def try_wheel(python: str, wheel: Path) -> None:
    """Install it into an empty environment, and read the demo's photo there."""
    with tempfile.TemporaryDirectory() as work:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        run([python, "-m", "venv", f"{work}/venv"])
        run([f"{work}/venv/bin/pip", "install", "--quiet", str(wheel)], env=environment)
        for verb in ("demo", "doctor"):
            run([f"{work}/venv/bin/mien", verb], cwd=work, env=environment)
    print(f"installed and tried with {python}")


def run(command: list[str], **options: object) -> None:
    """Run a step, and show what it printed only if it failed."""
    print(" ".join(command), flush=True)
    done = subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise ReleaseError(f"{' '.join(command[:4])} … failed")


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
