"""``mien study --who asked``: a page with stills, a choice, and the tables with it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

pytest.importorskip("av")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def asked(mien, tmp_path, make_video, scene) -> Path:
    """A study of one recording of two people, in which nobody is the participant yet."""
    frames = [scene((20 + at, 60), (400, 60)) for at in range(15)]
    make_video(tmp_path / "two.mp4", frames, fps=10)
    done = mien("study", "two.mp4", "--who", "asked", "--at", "5")
    assert done.returncode == 0, done.stderr
    assert "1 recording without a participant" in done.stdout
    return tmp_path / "study"


def test_who_is_chosen_on_the_page_is_the_participant(asked, mien, chromium, tmp_path):
    assert {row["is_participant"] for row in rows(asked / "summary.csv")} == {"0"}
    assert rows(asked / "recordings.csv")[0]["person"] == ""
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url)
            if request.url.startswith("http") else None)  # fmt: skip
    page.goto((asked / "people.html").as_uri())
    stills = page.locator("img")
    assert stills.count() == 2
    assert all(stills.nth(at).evaluate("image => image.naturalWidth") == 180 for at in (0, 1))
    page.get_by_label("person 2").check()
    assert page.get_by_role("status").inner_text() == "1 of 1 chosen"
    with page.expect_download() as waiting:
        page.get_by_role("button").click()
    waiting.value.save_as(tmp_path / "participants.csv")
    page.close()
    assert not complaints
    assert (tmp_path / "participants.csv").read_text() == "recording,person\ntwo,2\n"

    call = ("study", "two.mp4", "--who", "asked", "--at", "5")
    done = mien(*call, "--participants", "participants.csv")
    assert done.returncode == 0, done.stderr
    assert "without a participant" not in done.stdout
    # What was said stays said.
    for again in (done, mien(*call)):
        assert again.returncode == 0, again.stderr
        summary = rows(asked / "summary.csv")
        assert [(row["person"], row["is_participant"]) for row in summary] == [
            ("1", "0"), ("2", "1"),
        ]  # fmt: skip
        assert rows(asked / "recordings.csv")[0]["person"] == "2"
    from arro3.io import read_parquet

    (course,) = (asked / "series").rglob("*.parquet")
    table = read_parquet(str(course)).read_all()
    assert set(table["person"].to_pylist()) == {1, 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recording,person\ntwo,9\n", "line 2: two has no person 9; there are: 1, 2"),
        ("recording,person\ntow,1\n", "did you mean 'two'"),
        ("recording,person\ntwo,me\n", "'me' is no number"),
        ("file,person\ntwo,1\n", "columns recording and person"),
    ],
)
def test_a_choice_that_names_nobody(asked, mien, tmp_path, text, message):
    (tmp_path / "c.csv").write_text(text)
    done = mien("study", "two.mp4", "--who", "asked", "--at", "5", "--participants", "c.csv")
    assert done.returncode == 1
    assert message in done.stderr
    assert not (asked / "participants.csv").exists()
