"""The light install, timed and weighed: ``inference.py --install``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from inference_processes import environment
from inference_subjects import folder_bytes


@dataclass(frozen=True)
class Install:
    """What ``pip install .`` put into an empty virtual environment."""

    bytes: int
    packages: int
    seconds: float


def install(repository: Path) -> Install:
    """Install Mien into a fresh environment and remove it again.

    Raises
    ------
    SystemExit
        If pip fails; with the end of what it said.
    """
    with tempfile.TemporaryDirectory(prefix="mien-install-") as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder) / "bin" / "python")
        before_bytes, before_packages = folder_bytes(Path(folder)), _packages(python)
        started = time.perf_counter()
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-cache-dir", str(repository)],
            capture_output=True,
            text=True,
            env=environment(own=False),
            cwd=folder,
        )
        seconds = time.perf_counter() - started
        if done.returncode != 0:
            sys.exit("pip install failed:\n" + "\n".join(done.stderr.splitlines()[-5:]))
        return Install(
            folder_bytes(Path(folder)) - before_bytes, _packages(python) - before_packages, seconds
        )


def _packages(python: str) -> int:
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(own=False),
    )
    return len(json.loads(listed.stdout))
