"""What Mien says about its own installation: one place says it, and the docs say the same."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from mien.installing import how_to_install, how_to_reinstall, how_to_update

ROOT = Path(__file__).resolve().parents[1]
# "mien" as what an index is asked for: pip install mien, "mien[lab]"; not mien-0.1.0.tar.gz.
FROM_AN_INDEX = re.compile(r"""install\s+(?:-\S+\s+)*["']?mien(?![\w./-])|["']mien\[""")
EXTRA = re.compile(r"""install\s+(?:-\S+\s+)*\\?["']\\?\.\\?\[([\w,]+)""")
# Extras of Mien that name each other; that is no command.
NAMES_ITSELF = {"pyproject.toml", "tests/test_installing.py"}
TEXTS = {".md", ".py", ".yaml", ".yml", ".toml", ".html", ".js", ".txt", ".cff", ".json", ""}


def texts() -> dict[str, str]:
    """The text of every file that git tracks, by path."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("not a git repository")
    names = [name for name in done.stdout.split("\0") if name and Path(name).suffix in TEXTS]
    paths = {name: ROOT / name for name in names if name not in NAMES_ITSELF}
    return {name: path.read_text(errors="replace") for name, path in paths.items() if path.exists()}


def extras() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(project["optional-dependencies"])


def test_says_what_works_from_a_clone():
    assert how_to_install("heic") == 'pip install ".[heic]" in the folder of Mien\'s source'
    assert how_to_install() == "pip install . in the folder of Mien's source"
    assert how_to_reinstall().startswith("pip install --force-reinstall --no-deps . in the folder")
    assert how_to_update().startswith("pip install --upgrade . in the folder of a newer source")


@pytest.mark.parametrize(
    "line",
    ["pip install mien", 'uv tool install "mien[lab]"', "pip install --upgrade mien`", '"mien[x]"'],
)
def test_the_search_finds_what_it_forbids(line):
    assert FROM_AN_INDEX.search(line)


@pytest.mark.parametrize(
    "line", ["pip install mien-0.1.0.tar.gz", "pip install .", "pip install mien/", "`mien[lab]`"]
)
def test_the_search_lets_pass_what_works(line):
    assert not FROM_AN_INDEX.search(line)


def test_nothing_asks_an_index_for_mien():
    found = [name for name, text in texts().items() if FROM_AN_INDEX.search(text)]
    assert found == []


def test_every_extra_that_is_named_exists():
    named = {
        (name, extra)
        for name, text in texts().items()
        for extras_named in EXTRA.findall(text)
        for extra in extras_named.split(",")
    }
    assert {extra for _, extra in named} >= {"heic", "video", "cluster", "lab", "dev"}
    assert {(name, extra) for name, extra in named if extra not in extras()} == set()


def test_hints_name_extras_that_exist():
    calls = re.compile(r"""how_to_install\(["'](\w+)["']\)""")
    named = {found for text in texts().values() for found in calls.findall(text)}
    assert named >= {"heic", "video", "lab", "audit"}
    assert named <= extras()


def test_the_guide_lists_all_extras():
    guide = (ROOT / "docs/guides/install.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", guide, re.M)) == extras()
