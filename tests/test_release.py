"""The script that makes a release refuses what must not be published."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mien.version import __version__

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def release():
    spec = importlib.util.spec_from_file_location("release", ROOT / "tools" / "release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path) -> Path:
    """What the script looks at, in a repository of its own."""
    (tmp_path / "src" / "mien").mkdir(parents=True)
    for name in ("src/mien/version.py", "CHANGELOG.md", "CITATION.cff", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "all"], check=True)
    return tmp_path


def test_this_version_is_told_everywhere(release, project):
    assert release.check_texts(project) == __version__
    release.check_committed(project)


@pytest.mark.parametrize(
    ("name", "says"),
    [("CHANGELOG.md", "CHANGELOG.md has no dated part"), ("CITATION.cff", "CITATION.cff does not")],
)
def test_a_text_that_was_forgotten_stops_it(release, project, name, says):
    path = project / name
    path.write_text(path.read_text("utf-8").replace(__version__, "9.9.9"), "utf-8")
    with pytest.raises(release.ReleaseError, match=says):
        release.check_texts(project)


def test_a_change_in_no_commit_stops_it(release, project):
    (project / "new.txt").write_text("x", "utf-8")
    with pytest.raises(release.ReleaseError, match=r"not all is committed: \?\? new.txt"):
        release.check_committed(project)


def test_the_pythons_of_the_project_are_tried(release):
    found = release.named_pythons(ROOT)
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert any(own in each for each in found)


def test_a_step_that_fails_stops_it(release, capsys):
    with pytest.raises(release.ReleaseError, match="failed"):
        release.run([sys.executable, "-c", "import sys; sys.exit('because')"])
    assert "because" in capsys.readouterr().err
