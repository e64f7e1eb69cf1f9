from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mien.emotions import FER2013
from mien.media.summary.summary import Summarizer
from mien.media.summary.summary_files import write_summary
from mien.media.summary.timeline import clock, draw_timeline, tick_step
from mien.results import Face, Frame, TrackState

FPS = 10


def face(person: int, label: str, confidence: float = 0.7) -> Face:
    rest = (1 - confidence) / 6
    emotion = "happy" if label == "unsure" else label
    values = {name: confidence if name == emotion else rest for name in FER2013.labels}
    state = TrackState(person, values, label == "unsure", 0.0, True, emotion)
    return Face((0.0, 0.0, 9.0, 9.0), 0.9, None, values, {}, False, state)


def summarise(rows: list[dict[int, str]], *, fps=FPS, times=None, path="clips/a b.mp4"):
    """One row a frame: the label of each person who is seen."""
    summary = Summarizer(path, FER2013.labels, rate=fps)
    for number, row in enumerate(rows):
        faces = tuple(face(person, label) for person, label in row.items())
        time = number / fps if times is None else times[number]
        summary.add(Frame(path, 64, 48, faces, "d", "m", time=time, number=number))
    return summary.finish()


def test_by_hand():
    """1 s happy, 0.5 s sad, 0.5 s happy, for the second person unsure throughout."""
    rows = [{1: "happy", 2: "unsure"}] * 10 + [{1: "sad"}] * 5 + [{1: "happy"}] * 5
    summary = summarise(rows)
    first, second = summary.people
    assert (summary.frames, summary.start, summary.end) == (20, 0.0, pytest.approx(2.0))
    assert (first.id, first.first, first.last) == (1, 0.0, pytest.approx(2.0))
    assert first.seconds == pytest.approx(2.0)
    assert first.share["happy"] == pytest.approx(0.75)
    assert first.share["sad"] == pytest.approx(0.25)
    assert [(b.label, b.start, b.end) for b in first.bouts] == [
        ("happy", 0.0, pytest.approx(1.0)),
        ("sad", pytest.approx(1.0), pytest.approx(1.5)),
        ("happy", pytest.approx(1.5), pytest.approx(2.0)),
    ]
    assert first.transitions["happy"]["sad"] == first.transitions["sad"]["happy"] == 1
    assert sum(sum(row.values()) for row in first.transitions.values()) == 2
    assert first.bout_count("happy") == 2
    assert first.mean_bout("happy") == pytest.approx(0.75)
    assert first.mean_bout("angry") == 0
    # Happy 0.7 and 0.05 for each of the others, four of which are negative: 0.7 - 0.2.
    happy, sad = 0.7 - 4 * 0.05, 0.05 - 0.7 - 3 * 0.05
    assert first.valence == pytest.approx(0.75 * happy + 0.25 * sad)
    assert second.share == {**dict.fromkeys(FER2013.labels, 0), "unsure": pytest.approx(1)}
    assert summary.others is None


def test_who_is_seen_for_under_a_second_is_one_of_the_others():
    rows = [{1: "happy", 2: "sad"}] * 9 + [{1: "happy", 3: "angry"}]
    summary = summarise(rows)
    assert [person.id for person in summary.people] == [1]
    others = summary.others
    assert (others.id, others.people, others.seconds) == (None, 2, pytest.approx(1.0))
    assert others.share["sad"] == pytest.approx(0.9)


@pytest.mark.parametrize(("absent", "bouts", "follows"), [(4, 1, 0), (8, 2, 0)])
def test_a_long_absence_ends_a_bout(absent, bouts, follows):
    rows = [{1: "sad"}] * 10 + [{}] * absent + [{1: "sad"}] * 10
    (person,) = summarise(rows).people
    assert len(person.bouts) == bouts
    assert person.seconds == pytest.approx(2.0)
    assert sum(sum(row.values()) for row in person.transitions.values()) == follows


def test_a_change_over_a_long_absence_is_no_transition():
    rows = [{1: "sad"}] * 10 + [{}] * 8 + [{1: "happy"}] * 10
    (person,) = summarise(rows).people
    assert person.transitions["sad"]["happy"] == 0


def test_frames_count_for_as_long_as_they_last():
    """Variable frame rate: two frames of 0.1 s, then one of 0.4 s."""
    rows = [{1: "sad"}, {1: "sad"}, {1: "happy"}, {1: "sad"}]
    times = [0.0, 0.1, 0.2, 0.6]
    summary = Summarizer("x", FER2013.labels, rate=FPS)
    for time, row in zip(times, rows, strict=True):
        summary.add(Frame("x", 1, 1, (face(1, row[1]),), "d", "m", time=time))
    assert summary.finish().others.share["happy"] == pytest.approx(0.4 / 0.7)


def test_seldom_frames_are_no_pauses():
    (person,) = summarise([{1: "sad"}] * 5, fps=0.5).people
    assert person.seconds == pytest.approx(10)
    assert len(person.bouts) == 1


def test_nothing_at_all():
    summary = Summarizer("x", FER2013.labels, rate=25).finish()
    assert (summary.frames, summary.people, summary.others, summary.end) == (0, (), None, 0.0)


LABELS = st.sampled_from([*FER2013.labels, "unsure"])
ROWS = st.lists(st.dictionaries(st.integers(1, 3), LABELS), max_size=60)


@given(ROWS)
def test_the_sums_agree(rows):
    summary = summarise(rows)
    everyone = [*summary.people, *([summary.others] if summary.others else [])]
    assert sum(person.people for person in everyone) == len({k for row in rows for k in row})
    for person in everyone:
        assert sum(person.share.values()) == pytest.approx(1)
        assert -1 <= person.valence <= 1
        changes = sum(sum(row.values()) for row in person.transitions.values())
        assert changes <= len(person.bouts) - person.people
        in_bouts = sum(bout.end - bout.start for bout in person.bouts)
        assert in_bouts >= person.seconds - 1e-6
    seconds = sum(len(row) for row in rows) / FPS
    assert sum(person.seconds for person in everyone) == pytest.approx(seconds)


def test_a_long_video_has_a_curve_of_bounded_size():
    (person,) = summarise([{1: "happy"}] * 30_000).people
    assert 400 < len(person.curve) <= 1000
    assert {round(point.valence, 6) for point in person.curve} == {0.5}


def test_the_files_say_the_same(tmp_path):
    rows = [{1: "happy", 2: "sad"}] * 15 + [{1: "sad", 7: "fear"}] * 5
    write_summary(tmp_path / "new" / "folder", summarise(rows))
    folder = tmp_path / "new" / "folder"
    plain = json.loads((folder / "summary.json").read_text())
    assert plain["schema"] == "mien.video-summary/1"
    assert [person["id"] for person in plain["people"]] == [1, 2]
    assert plain["others"]["people"] == 1
    table = list(csv.DictReader((folder / "summary.csv").open()))
    assert [row["id"] for row in table] == ["1", "2", ""]
    for row, person in zip(table, [*plain["people"], plain["others"]], strict=True):
        assert float(row["seconds"]) == person["seconds"]
        assert float(row["share_happy"]) == person["share"]["happy"]
        assert int(row["bouts"]) == len(person["bouts"])
    assert Image.open(folder / "timeline.png").width == 1400


def pixel(summary, person: int, share_of_width: float) -> tuple[int, ...]:
    """Colour near the top of a person's bar, clear of the words; one row of legend."""
    picture = draw_timeline(summary)
    x = 230 + round(share_of_width * (1360 - 230))
    return tuple(picture[96 + 34 + 176 * person + 22 + 4, x].tolist())


def test_the_bars_have_the_colours_of_the_labels():
    summary = summarise([{1: "happy"}] * 10 + [{1: "sad", 2: "angry"}] * 10)
    happy, sad, angry = (0xF0, 0xE4, 0x42), (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)
    assert pixel(summary, 0, 0.25) == happy
    assert pixel(summary, 0, 0.75) == sad
    assert pixel(summary, 1, 0.75) == angry
    assert pixel(summary, 1, 0.25) not in (happy, sad, angry)


@pytest.mark.parametrize("people", [0, 1, 60])
def test_any_number_of_people_is_drawn(people):
    rows = [{person + 1: "happy" for person in range(people)}] * 12
    picture = draw_timeline(summarise(rows, path="x" * 300 + "\ud800.mp4"))
    assert picture.dtype == np.uint8
    assert picture.shape[0] < 8000


@pytest.mark.parametrize(
    ("seconds", "step"), [(0.5, 0.1), (4, 0.5), (75, 10), (3600, 600), (90_000, 10_800)]
)
def test_times_have_round_steps(seconds, step):
    assert tick_step(seconds, most=10) == step


def test_clocks():
    assert [clock(t, 1) for t in (0, 65, 3725)] == ["0:00", "1:05", "1:02:05"]
    assert clock(0.5, 0.1) == "0.5 s"
