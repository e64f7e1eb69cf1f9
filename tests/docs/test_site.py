"""The documentation builds as a site: no warning, no dead link, no page that nobody finds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mien.cli.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]

pytest.importorskip("sphinx")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    to = tmp_path_factory.mktemp("site")
    command = [sys.executable, str(ROOT / "docs" / "site" / "build.py"), str(to)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=to)
    assert (done.returncode, done.stderr) == (0, "")
    return to


def test_every_verb_has_a_page_with_its_options(site):
    for verb in VERBS:
        page = (site / "docs" / "reference" / "commands" / f"{verb}.html").read_text("utf-8")
        assert f"<h1>mien {verb}<" in page
    analyze = (site / "docs" / "reference" / "commands" / "analyze.html").read_text("utf-8")
    assert "--min-face" in analyze


def test_it_loads_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"(https?:[^\"]+)", text)
        loaded += re.findall(r"<link[^>]+rel=\"stylesheet\"[^>]+href=\"(https?:[^\"]+)", text)
        assert not loaded, page


def test_pictures_are_there(site):
    for page in site.rglob("*.html"):
        for source in re.findall(r"<img[^>]+src=\"([^\"]+)\"", page.read_text("utf-8")):
            if not source.startswith("data:"):
                assert (page.parent / source).is_file(), (page, source)
