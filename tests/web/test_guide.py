"""The page in docs/guides/browser.md, in a browser, beside the reader and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from .conftest import WEB, serve
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


@pytest.mark.every_state
def test_the_packed_reader_has_types_that_a_strict_program_can_use(dist, tmp_path):
    subprocess.run(
        ["npm", "run", "--silent", "pack", "--", dist, tmp_path], cwd=WEB, check=True, timeout=300
    )
    (packed,) = tmp_path.glob("mien-reader-*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "node_modules", filter="data")
    (tmp_path / "node_modules" / "package").rename(tmp_path / "node_modules" / "mien-reader")
    program = tmp_path / "program.ts"
    checked = [
        *(WEB / "node_modules" / ".bin" / "tsc", "--noEmit", "--strict", "--target", "es2022"),
        *("--moduleResolution", "bundler", "--module", "esnext", "--lib", "es2023,dom", program),
    ]
    program.write_text(
        """import { createReader } from "mien-reader";
        const reader = await createReader({ model: "small" });
        const { faces } = await reader.read(new Blob(), { signs: true });
        export const told: [string, number | undefined] = [faces[0].label, faces[0].track?.id];
        """
    )
    done = subprocess.run(checked, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    program.write_text(program.read_text().replace("faces[0].label", "faces[0].lable"))
    assert "lable" in subprocess.run(checked, cwd=tmp_path, capture_output=True, text=True).stdout


def test_the_guide_names_every_option():
    source = GUIDE.parents[2] / "web" / "reader" / "index.js"
    typedef = source.read_text("utf-8").split("@typedef {object} ReaderOptions")[1].split("*/")[0]
    options = re.findall(r"@property \{.*?\} \[(\w+)\]", typedef)
    assert len(options) == 8
    text = GUIDE.read_text("utf-8")
    assert [name for name in options if f"| `{name}` |" not in text] == []
