"""Names of copies and of files in a ZIP."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.album.taking.names import LONGEST, portable, ranked_name


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/beach.jpg", "007 beach.jpg"),
        ("/a/12:30 <us>?*|.jpg", "007 12_30 _us____.jpg"),
        ('/a/"so\\so".png', "007 _so_so_.png"),
        ("/a/CON.jpg", "007 CON.jpg"),
        ("/a/line\nfeed\x07.jpg", "007 line_feed_.jpg"),
        ("/a/\u202egpj.exe.jpg", "007 _gpj.exe.jpg"),
        ("/a/e\u0301.jpg", "007 \u00e9.jpg"),
        (os.fsdecode(b"/a/caf\xe9.jpg"), "007 caf_.jpg"),
        ("/a/ends. .", "007 ends___"),
    ],
)
def test_what_windows_does_not_take(path: str, expected: str) -> None:
    assert portable(ranked_name(7, 3, path)) == expected


@given(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1))
def test_every_name_can_be_made(name: str) -> None:
    found = portable(ranked_name(7, 3, f"/a/{name}"))
    assert not set(found) & set('<>:"/\\|?*') and found.isprintable()
    assert found.startswith("007 ") and found[-1] not in ". "


@pytest.mark.parametrize("stem", ["a" * 251, "\u732b" * 83, os.fsdecode(b"\xe9" * 251)])
def test_long_names_are_cut_before_their_ending(stem: str) -> None:
    found = ranked_name(7, 3, f"/a/{stem}.jpg")
    assert found.startswith(f"007 {stem[:50]}") and found.endswith(".jpg")
    assert LONGEST - 3 < len(os.fsencode(found)) <= LONGEST
