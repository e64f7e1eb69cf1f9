"""Tables of recordings and of events: what they say, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.errors import DataError, UsageError
from mien.media.study.events import read_events
from mien.media.study.recordings import Recording, find_recordings


def table(path: Path, text: str) -> str:
    """Write a table."""
    path.write_text(text, "utf-8")
    return str(path)


def test_a_table_says_whose_they_are(tmp_path):
    named = table(
        tmp_path / "all.csv",
        "file,participant,session,condition,start,end,age\n"
        "a/one.mp4,P 1,2,calm,,,30\n"
        "b/one.mp4,P 1,2,calm,1.5,20,31\n"
        "https://example.org/x.mp4?key=1,,,,,,\n",
    )
    first, second, third = find_recordings([named])
    assert first.file == str(tmp_path / "a/one.mp4")
    assert (first.participant, first.session, first.start) == ("P 1", "2", None)
    assert (second.start, second.end) == (1.5, 20)
    assert third.participant == "x.mp4"
    names = [first.name, second.name, third.name]
    assert names == ["P-1_2_calm_one", "P-1_2_calm_one-2", "x-mp4"]


def test_videos_are_named_by_their_files(tmp_path):
    for name in ("b.mp4", "a.mp4"):
        (tmp_path / name).write_bytes(b"")
    found = find_recordings([str(tmp_path)])
    assert [each.participant for each in found] == ["a", "b"]
    with pytest.raises(UsageError, match="named twice"):
        find_recordings([str(tmp_path), str(tmp_path / "a.mp4")])
    with pytest.raises(UsageError, match="no recording"):
        find_recordings(["camera:0"])


def test_hostile_names_make_plain_files():
    found = find_recordings(["../../x.mp4", "a\nb/=1.mp4", "CON.mp4", "con.MP4"])
    names = [each.name for each in found]
    assert len({name.casefold() for name in names}) == 4
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyzCON0123456789-_") for name in names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("video,participant\nx.mp4,1\n", "no column file"),
        ("file,start\nx.mp4,soon\n", "line 2: start is 'soon'"),
        ("file,start\nx.mp4,-1\n", "line 2: start"),
        ("file,start,end\nx.mp4,5,5\n", "line 2: end"),
        ("file,start\n,1\n", "line 2: no file"),
        ("", "no column file"),
    ],
)
def test_wrong_tables_say_the_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        find_recordings([table(tmp_path / "t.csv", text)])
    with pytest.raises(DataError, match="cannot be read"):
        find_recordings([str(tmp_path / "none.csv")])


def test_events(tmp_path):
    named = table(
        tmp_path / "e.csv",
        "label,start,end,participant,session\nfilm,0,5,,\nquestion,5,9.5,P1,2\n",
    )
    film, question = read_events(Path(named))
    assert film.is_in(Recording("x", "P7"))
    assert question.is_in(Recording("x", "P1", "2"))
    assert not question.is_in(Recording("x", "P1", "1"))
    for wrong in ("label,start\na,1\n", "label,start,end\na,2,1\n", "label,start,end\n,1,2\n",
                  "label,start,end\na,x,2\n"):  # fmt: skip
        with pytest.raises(DataError):
            read_events(Path(table(tmp_path / "w.csv", wrong)))
