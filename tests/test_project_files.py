"""What stands about the project in several files says the same in each."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from mien.version import __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_citation_names_this_version_licence_and_authors():
    citation = dict(re.findall(r"^(\w[\w-]*): (.+)$", text("CITATION.cff"), re.M))
    assert citation["version"] == __version__
    assert citation["license"] == PROJECT["license"]
    authors = [author["name"] for author in PROJECT["authors"]]
    assert re.findall(r"^  - name: (.+)$", text("CITATION.cff"), re.M) == authors
    assert authors[0] in text("LICENSE")


def test_the_changelog_has_a_dated_part_for_this_version():
    versions = re.findall(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", text("CHANGELOG.md"), re.M)
    assert __version__ in dict(versions)


def test_every_python_that_is_named_is_run():
    named = {
        found for each in PROJECT["classifiers"] for found in re.findall(r":: (3\.\d+)$", each)
    }
    (others,) = re.findall(r"^for version in (.+); do$", text(".ci/other_pythons"), re.M)
    own = PROJECT["requires-python"].removeprefix(">=")
    assert {own, *others.split()} == named
