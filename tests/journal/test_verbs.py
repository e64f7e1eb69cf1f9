"""``mien journal`` as a person runs it."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from mien.cli.main import app
from mien.errors import MienError, UsageError
from mien.journal.kept.exported import DICTIONARY
from mien.journal.kept.journal_file import open_journal


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """A data folder of its own, and a wide terminal."""
    monkeypatch.setenv("MIEN_DATA", str(tmp_path / "home"))
    monkeypatch.delenv("MIEN_JOURNAL_PASSPHRASE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home" / "journal.sqlite3"


def journal(*words: str) -> str:
    """What a verb prints; raises its error."""
    result = CliRunner().invoke(app, ("journal", *words))
    if isinstance(result.exception, MienError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_check_in_is_kept_shown_exported_and_forgotten(tmp_path):
    said = journal("check-in", "--mood", "3", "--words", "=so so", "--sleep", "6.5")
    assert "Still learning you: 1 check-in of 14" in said
    journal("check-in", "--mood", "2", "--phq-2", "1,0")
    shown = journal("show")
    assert "3 in between" in shown
    assert "PHQ-2 1" in shown
    journal("export", "mine.csv")
    rows = list(csv.DictReader((tmp_path / "mine.csv").open(encoding="utf-8")))
    assert [row["mood"] for row in rows] == ["3", "2"]
    assert rows[0]["words"] == "'=so so"
    meanings = list(csv.DictReader((tmp_path / "mine.columns.csv").open(encoding="utf-8")))
    assert [row["column"] for row in meanings] == list(rows[0]) == list(DICTIONARY)
    journal("export", "mine.json")
    whole = json.loads((tmp_path / "mine.json").read_text("utf-8"))
    assert [one["words"] for one in whole["check_ins"]] == ["=so so", ""]
    assert "erased 2 check-ins" in journal("forget", "--all", "--yes")
    assert "no check-ins yet" in journal("show")


def test_high_sums_name_somebody_to_call_first(home):
    said = journal("check-in", "--mood", "1", "--phq-8", "2,2,2,2,2,2,2,2")
    assert "You do not have to be alone" in said
    shown = journal("show", "--country", "de")
    assert shown.index("0800 111 0 111") < shown.index("Still learning")
    (home.parent / "help_lines.json").write_text(
        json.dumps(
            {"de": {"country": "Here", "emergency": "1", "lines": [
                {"name": "Aunt Mia", "contact": "12345", "when": "evenings"}]}}
        )
    )  # fmt: skip
    assert "12345 (Aunt Mia, evenings)" in journal("show", "--country", "DE")
    with pytest.raises(UsageError, match=r"no help lines are known for 'XX'.*AT, AU"):
        journal("show", "--country", "XX")
    (home.parent / "help_lines.json").write_text("[]")
    with pytest.raises(MienError, match="no file of help lines"):
        journal("show", "--country", "DE")


def test_a_made_year_opens_and_its_page_is_whole(tmp_path):
    journal("demo", "--out", "demo", "--size", "-4")
    shown = journal("show", "--journal", "demo/journal.sqlite3")
    assert "This differs from your usual" in shown
    assert "What you can do" in shown
    page = (tmp_path / "demo" / "journal.html").read_text("utf-8")
    for part in (
        "Mood, as the person says",
        "Day by day",
        "What the camera saw",
        "not a medical device",
    ):
        assert part in page
    for never in ("depress", "risk score", "diagnos"):
        assert never not in page.lower()
    assert "http" not in page.replace("http-equiv", "")
    with pytest.raises(UsageError, match="not empty"):
        journal("demo", "--out", "demo")


def test_words_cannot_run_in_the_page(tmp_path):
    journal("check-in", "--mood", "3", "--words", "<script>alert(1)</script>")
    journal("report", "--out", "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_passphrase_from_the_environment(home, monkeypatch):
    pytest.importorskip("cryptography")
    monkeypatch.setenv("MIEN_JOURNAL_PASSPHRASE", "rain in march")
    journal("check-in", "--mood", "3", "--passphrase")
    assert "passphrase: yes" in journal("doctor")
    monkeypatch.delenv("MIEN_JOURNAL_PASSPHRASE")
    with pytest.raises(UsageError, match="nobody can be asked here"):
        journal("show")
    monkeypatch.setenv("MIEN_JOURNAL_PASSPHRASE", "rain in april")
    with pytest.raises(UsageError, match="not the journal's passphrase"):
        journal("show")
    monkeypatch.setenv("MIEN_JOURNAL_PASSPHRASE", "rain in march")
    journal("doctor", "--no-passphrase")
    monkeypatch.delenv("MIEN_JOURNAL_PASSPHRASE")
    assert "3 in between" in journal("show")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check-in",), "say how you are"),
        (("check-in", "--mood", "3", "--phq-2", "1,x"), "phq-2"),
        (("check-in", "--mood", "3", "--phq-2", "1,1", "--phq-8", "ask"), "either"),
        (("check-in", "--mood", "3", "--phq-8", "ask"), "nobody can be asked"),
        (("check-in", "--mood", "3", "--task", "sing"), "no task 'sing'"),
        (("check-in", "--mood", "3", "--video", "x.mp4"), "--yes says that you agree"),
        (("check-in", "--mood", "3", "--video", "x.mp4", "--yes"), "no such file"),
        (("show",), "no journal yet"),
        (("report", "--out", "x.pdf"), "HTML"),
        (("export", "x.xlsx"), "journal"),
        (("forget",), "either"),
        (("forget", "--day", "yesterday"), "no date"),
        (("doctor", "--restore"), "no such file"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_no_journal(home, words, message):
    with pytest.raises(MienError, match=message):
        journal(*words)
    assert not home.exists()


def test_a_video_becomes_numbers(home, head, make_video, scene, tmp_path):
    pytest.importorskip("av")
    frames = [scene((200 + step % 3, 60)) for step in range(240)]
    video = make_video(tmp_path / "me.mp4", frames, fps=10)
    before = set(tmp_path.iterdir())
    said = journal("check-in", "--mood", "4", "--video", str(video), "--yes")
    assert "kept" in said
    with open_journal(home) as kept:
        (one,) = kept.check_ins()
    seen = one.measures
    assert seen.seconds == pytest.approx(23.9, abs=0.2)
    assert seen.face_seen > 0.95
    # The astronaut smiles broadly.
    assert seen.smile_share > 0.9
    assert seen.valence_mean > 0.5
    assert seen.blinks < 5
    assert 0.2 < seen.distance < 5
    assert set(tmp_path.iterdir()) - before == {home.parent}


def test_forgetting_erases_pages_and_damaged_copies_too(home, tmp_path):
    journal("check-in", "--mood", "3", "--words", "rain in march")
    journal("report", "--out", "one.html")
    journal("report", "--out", "mine.html")
    journal("export", "all.csv")
    (tmp_path / "mine.html").write_text("a page of my own")
    (tmp_path / "other.html").write_text("rain in march, too")
    home.with_name(f"{home.name}.damaged-20260101-000000").write_text("rain in march")
    said = journal("forget", "--all", "--yes")
    assert str(tmp_path / "one.html") in said
    left = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert left == {"mine.html", "other.html"}, "only what Mien wrote, and nobody changed, goes"
    for path in home.parent.iterdir():
        assert b"rain in march" not in path.read_bytes(), path


def test_no_verb_of_the_journal_names_an_illness():
    verbs = ("check-in", "show", "report", "export", "forget", "doctor", "demo")
    said = " ".join(journal(*verb, "--help").lower() for verb in ((), *((one,) for one in verbs)))
    for never in ("depress", "risk", "diagnos", "disorder"):
        assert never not in said
