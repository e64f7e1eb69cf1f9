"""Photos whose end is missing: the album reads what is there, and keeps that it is not all."""

from __future__ import annotations

import json
from pathlib import Path

from ..conftest import Command, portrait, save


def test_a_photo_that_is_cut_off_is_told_wherever_it_comes(mien: Command, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    for name in ("cut.jpg", "cut.webp", "whole.jpg"):
        path = save(portrait(320), folder / name)
        if name.startswith("cut"):
            path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])
    done = mien("album", "index", folder)
    told = "is cut off, and was read as far as it goes"
    for name in ("cut.jpg", "cut.webp"):
        assert f"{name}: {told}" in done.stderr.decode()
    assert "whole.jpg" not in done.stderr.decode()
    status = mien("album", "status").stdout.decode()
    assert "cut off     2 files: mien album status --unreadable" in status
    assert mien("album", "status", "--unreadable").stdout.decode().count(told) == 2
    found = json.loads(mien("album", "top", "--format", "json", "--bursts", "all").stdout)
    cut = {Path(photo["path"]).name: photo.get("incomplete") for photo in found["photos"]}
    assert cut == {"cut.jpg": True, "cut.webp": True, "whole.jpg": None}
    mien("album", "top", "--gallery", tmp_path / "page.html", "--bursts", "all")
    assert (tmp_path / "page.html").read_text("utf-8").count("cut off") == 2
