"""The page in docs/guides/browser.md, in a browser, beside the reader and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .conftest import serve
from .waiting import until

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "browser.md"


def test_the_page_of_the_guide_says_who_shows_what(dist, browser, open_page, tmp_path):
    (page,) = re.findall(r"```html\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(page.splitlines()) <= 22
    (tmp_path / "index.html").write_text(page, "utf-8")
    shutil.copytree(dist / "reader", tmp_path / "mien-reader")
    served = serve(tmp_path)
    try:
        with open_page(browser, served.url) as watched:
            until(
                watched.page,
                "document.getElementById('words').textContent.includes('2: happy')",
            )
            assert watched.origins == {served.url}
    finally:
        served.stop()


def test_the_guide_names_every_option():
    source = GUIDE.parents[2] / "web" / "reader" / "index.js"
    typedef = source.read_text("utf-8").split("@typedef {object} ReaderOptions")[1].split("*/")[0]
    options = re.findall(r"@property \{.*?\} \[(\w+)\]", typedef)
    assert len(options) == 7
    text = GUIDE.read_text("utf-8")
    assert [name for name in options if f"| `{name}` |" not in text] == []
