"""Codes out of tables, ELAN and BORIS; Mien's rows; and both at the same moments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import DataError, UsageError
from mien.media.agreement.code_words import meaning, read_words
from mien.media.agreement.codes import Code, CodedRecording, seconds_in
from mien.media.agreement.compare import compare, majority
from mien.media.agreement.moments import MISSING, NOT_SURE, line_up
from mien.media.agreement.read_codes import find_codes
from mien.media.agreement.read_rows import ReadRecording, read_rows


def read(labels: str, *, name="film", participant="", step=0.1) -> ReadRecording:
    """Mien's answers, a letter a frame: h(appy), s(ad), u(nsure), ``.`` where nobody was seen."""
    words = {"h": "happy", "s": "sad", "u": "unsure"}
    seen = [at for at, letter in enumerate(labels) if letter != "."]
    return ReadRecording(
        name, f"videos/{name}.mp4", participant, "", 1,
        np.array(seen) * step, tuple(words[labels[at]] for at in seen),
        np.full(len(seen), 0.9), np.array([labels[at] == "h" for at in seen], float),
        np.zeros((len(seen), 4)), step,
    )  # fmt: skip


def said(coder: str, *codes: tuple, name="film.mp4") -> CodedRecording:
    """Codes of one coder."""
    return CodedRecording(coder, name, "", tuple(Code(*code) for code in codes), f"{coder}.csv")


def file(path: Path, text: str) -> Path:
    """Write a file."""
    path.write_text(text, "utf-8")
    return path


def test_a_table_in_any_of_its_dialects(tmp_path):
    plain = file(
        tmp_path / "anna.csv",
        "recording,start,end,label\na.mp4,0,2.5,Happy\na.mp4,0:01:00,,sad\nb.mp4,3,4,sad\n",
    )
    first, second = find_codes([str(plain)])
    assert (first.coder, first.recording) == ("anna", "a.mp4")
    assert first.codes == (Code(0, 2.5, "Happy"), Code(60, None, "sad"))
    assert second.recording == "b.mp4"
    other = file(tmp_path / "x.csv", "Onset;Duration;Value\n1,5;2;-0,5\n\n")
    (found,) = find_codes([f"ben={other}"])
    assert found.coder == "ben"
    assert found.codes == (Code(1.5, 3.5, "", -0.5),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label\nsad\n", "column start"),
        ("start,label\nsoon,sad\n", "line 2: 'soon' is no time"),
        ("start,end,label\n2,1,sad\n", "line 2: end"),
        ("start,label,value\n2,,\n", "line 2: neither"),
        ("start,value\n2,much\n", "line 2: 'much'"),
    ],
)
def test_a_wrong_table_says_the_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        find_codes([str(file(tmp_path / "t.csv", text))])


def test_what_cannot_be_codes(tmp_path):
    for named, message in (
        (tmp_path / "none.csv", "cannot be read"),
        (file(tmp_path / "a.docx", ""), "no file of codes"),
        (file(tmp_path / "mien.csv", "start,label\n1,sad\n"), "called 'mien'"),
        (file(tmp_path / "empty.csv", "start,label\n"), "no codes"),
        (file(tmp_path / "a.eaf", "<html/>"), "no file of ELAN"),
        (file(tmp_path / "b.eaf", "<html>"), "cannot be read"),
        (file(tmp_path / "c.eaf", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "entities"),
    ):
        with pytest.raises((DataError, UsageError), match=message):
            find_codes([str(named)])


def test_elan_as_elan_s_own_library_writes_it(tmp_path):
    elan = pytest.importorskip("pympi.Elan")
    eaf = elan.Eaf(author="test")
    eaf.remove_tier("default")
    eaf.add_linked_file("videos/my%20film.mp4", "./my%20film.mp4", "video/mp4")
    for tier, annotator in (("face", "anna"), ("voice", None)):
        eaf.add_tier(tier, ann=annotator)
        eaf.add_annotation(tier, 0, 1500, "Happy")
        eaf.add_annotation(tier, 2000, 3000, "sadness")
    eaf.to_file(str(tmp_path / "x.eaf"))
    first, second = find_codes([str(tmp_path / "x.eaf")])
    assert (first.coder, first.recording) == ("anna", "my film.mp4")
    assert first.codes == (Code(0, 1.5, "Happy"), Code(2, 3, "sadness"))
    assert second.coder == "voice"
    assert len(find_codes([str(tmp_path)], ["face"])) == 1
    with pytest.raises(UsageError, match="no tier 'fase'; did you mean 'face'"):
        find_codes([str(tmp_path)], ["fase"])


def test_mien_s_own_elan_files_can_be_read_back(tmp_path):
    """A coder may begin with Mien's file and correct it."""
    from mien.media.of_others.sinks_of_others import create_sink_of_others
    from mien.results import Face, Frame, TrackState

    shown = {"happy": 0.9, "sad": 0.1}
    with create_sink_of_others("elan", tmp_path / "a.eaf", ("happy", "sad")) as sink:
        for number in range(20):
            face = Face((0, 0, 50, 50), 0.9, None, shown, {}, False,
                        track=TrackState(1, shown, False, 0.0, True))  # fmt: skip
            sink.write(Frame("f/film.mp4", 99, 99, (face,), "d", "m", number / 10, number))
    (found,) = find_codes([str(tmp_path / "a.eaf")])
    assert found.recording == "film.mp4"
    assert [(code.start, code.label) for code in found.codes] == [(0, "happy")]
    assert found.codes[0].end == pytest.approx(2, abs=0.11)


BORIS_8 = """Observation id,Observation date,Observation type,Source,Media duration (s),Subject,Behavior,Behavioral category,Behavior type,Time,Media file name
o1,2024-01-01,Media file(s),player #1:film.mp4,60,P1,happy,,START,1.0,D:\\study\\film.mp4
o1,2024-01-01,Media file(s),player #1:film.mp4,60,P1,sad,,POINT,1.5,D:\\study\\film.mp4
o1,2024-01-01,Media file(s),player #1:film.mp4,60,P1,happy,,STOP,2.25,D:\\study\\film.mp4
"""  # noqa: E501

BORIS_7 = """Observation id\to1

Media file(s)
Player #1\tfilm.mp4

Time\tMedia file path\tTotal length\tFPS\tSubject\tBehavior\tBehavioral category\tComment\tStatus
1.0\tvideos/film.mp4\t60\t25\tP1\thappy\t\t\tSTART
1.5\tvideos/film.mp4\t60\t25\tP1\tsad\t\t\tPOINT
2.25\tvideos/film.mp4\t60\t25\tP1\thappy\t\t\tSTOP
"""

BORIS_AGGREGATED = """Observation id,Media file name,Subject,Behavior,Behavior type,Start (s),Stop (s),Duration (s)
o1,film.mp4,P1,happy,STATE,1.0,2.25,1.25
o1,film.mp4,P1,sad,POINT,1.5,1.5,NA
"""  # noqa: E501


@pytest.mark.parametrize("text", [BORIS_8, BORIS_7, BORIS_AGGREGATED])
def test_boris(tmp_path, text):
    (found,) = find_codes([str(file(tmp_path / "anna.tsv", text))])
    assert (found.coder, found.recording) == ("anna", "film.mp4")
    assert set(found.codes) == {Code(1.0, 2.25, "happy"), Code(1.5, None, "sad")}


def test_a_state_of_boris_that_does_not_end(tmp_path):
    cut = "".join(BORIS_8.splitlines(keepends=True)[:2])
    with pytest.raises(DataError, match="line 2: 'happy' starts and does not stop"):
        find_codes([str(file(tmp_path / "a.csv", cut))])


def test_words(tmp_path):
    told = read_words(file(tmp_path / "w.csv", "word,label\nGrin,happy\nTalking,\n"))
    words = ("grin", " HAPPINESS", "talking", "Unclear", "freude", "blah", "no_expression")
    assert [meaning(word, told) for word in words] == [
        "happy", "happy", "", "unsure", "happy", None, "neutral",
    ]  # fmt: skip
    with pytest.raises(DataError, match="line 2: 'glad' is none of Mien's labels"):
        read_words(file(tmp_path / "v.csv", "word,label\nx,glad\n"))
    with pytest.raises(DataError, match="columns word and label"):
        read_words(file(tmp_path / "u.csv", "a,b\n"))


@pytest.mark.parametrize(
    ("text", "seconds"), [("1.5", 1.5), ("1,5", 1.5), ("1:02.5", 62.5), ("1:00:01", 3601)]
)
def test_times(text, seconds):
    assert seconds_in(text, "x") == seconds


def test_moments_by_hand():
    one = read("hhhh..ssuu")
    coded = [said("anna", (0.0, 0.5, "happy"), (0.6, None, "sad"), (0.7, 1.0, "happy"))]
    moments = line_up([one], coded, rate=10, words={})
    happy, sad = moments.labels.index("happy"), moments.labels.index("sad")
    (lined,) = moments.recordings
    mien = [happy] * 4 + [MISSING] * 2 + [sad] * 2 + [NOT_SURE] * 2 + [MISSING]
    assert lined.labels[0].tolist() == mien
    assert lined.labels[1].tolist() == [happy] * 5 + [MISSING, sad] + [happy] * 3 + [MISSING]
    found = compare(moments, 10)
    (counted,) = found.counted
    # Of nine coded moments Mien saw no face at one and was unsure at two.
    assert (counted.coded, counted.mien_unsure, counted.not_seen, counted.compared) == (9, 2, 1, 6)
    (wrong,) = found.disagreements
    assert (wrong.start, wrong.end, wrong.people, wrong.mien) == (0.7, 0.8, "happy", "sad")
    by_name = {each.measure: each.estimate for each in found.measures}
    assert by_name["agreement"].value == pytest.approx(5 / 6, abs=1e-4)
    # One recording: nothing to draw from.
    assert by_name["kappa"].low is None
    assert "no intervals" in " ".join(found.notes)


def test_a_shift_moves_the_codes_and_between_fills_them():
    one = read("ssssshhhhh")
    early = [said("anna", (0.2, 0.4, "happy"), (0.6, 0.8, "sad"))]
    moments = line_up([one], early, rate=10, words={}, shift=0.1, between="neutral")
    names = [moments.labels[at] if at >= 0 else "" for at in moments.recordings[0].labels[1]]
    assert names == ["", "", ""] + ["happy"] * 2 + ["neutral"] * 2 + ["sad"] * 2 + [""]


def test_contradictions_and_unknown_words_are_left_out_and_said():
    codes = said("anna", (0.0, 0.5, "happy"), (0.4, 0.6, "sad"), (0.7, 0.9, "blah"))
    moments = line_up([read("hhhhhhhhhh")], [codes], rate=10, words={})
    assert moments.unknown == {"blah": 1}
    assert moments.doubled == {"anna": 1}
    assert moments.recordings[0].labels[1, 4] == MISSING
    assert moments.recordings[0].labels[1, 7] == MISSING
    assert len(compare(moments, 10).notes) == 3


def test_a_slow_table_is_not_stretched_and_a_fast_one_not_skipped():
    slow = read("hhh", step=1.0)
    moments = line_up([slow], [said("anna", (0, 3, "happy"))], rate=10, words={})
    assert (moments.recordings[0].labels[0] >= 0).sum() == 26
    holed = read("h.........h")
    moments = line_up([holed], [said("anna", (0, 2, "happy"))], rate=10, words={})
    assert (moments.recordings[0].labels[0] >= 0).sum() == 2


def test_which_recording_is_meant():
    two = [read("h", name="a", participant="P1"), read("h", name="b", participant="P2")]
    for name in ("a", "a.mp4", "x/y/a.mp4", "x\\a.mp4", "videos/a.mp4", "P1", "a.mov"):
        moments = line_up(two, [said("anna", (0, 1, "sad"), name=name)], rate=10, words={})
        assert moments.recordings[0].recording.name == "a", name
    for name, message in (("c", "none of the recordings"), ("", "does not say of which")):
        with pytest.raises(UsageError, match=message):
            line_up(two, [said("anna", (0, 1, "sad"), name=name)], rate=10, words={})
    same = [read("h", name="a", participant="P"), read("h", name="b", participant="P")]
    with pytest.raises(UsageError, match="can be 2 recordings"):
        line_up(same, [said("anna", (0, 1, "sad"), name="P")], rate=10, words={})


def test_a_majority_needs_two_votes_and_no_tie():
    votes = np.array([[0, 0, 0, MISSING, 1], [0, 1, NOT_SURE, MISSING, 1], [1, 2, MISSING, 2, 1]])
    assert majority(votes).tolist() == [0, MISSING, MISSING, MISSING, 1]


def people(agreeing: int, participants: int) -> tuple[list, list]:
    """Recordings of participants, and two coders, of whom Ben agrees with Mien so often."""
    recordings, coded = [], []
    for number in range(participants):
        name = f"r{number}"
        labels = "hs" * 10
        recordings.append(read(labels, name=name, participant=f"P{number}"))
        for coder, right in (("anna", 20), ("ben", agreeing + number % 3)):
            codes = [
                (at / 10, None, ("happy" if (letter == "h") == (at < right) else "sad"))
                for at, letter in enumerate(labels)
            ]
            coded.append(said(coder, *codes, name=name))
    return recordings, coded


def test_several_coders_and_intervals_by_participant():
    recordings, coded = people(15, 6)
    found = compare(line_up(recordings, coded, rate=10, words={}), 10)
    assert (found.clustered_by, found.clusters) == ("participant", 6)
    kappas = {each.raters: each.estimate for each in found.measures if each.measure == "kappa"}
    assert list(kappas) == [
        ("mien", "majority"), ("mien", "anna"), ("mien", "ben"), ("anna", "ben"),
    ]  # fmt: skip
    assert kappas["mien", "anna"].value == 1
    assert kappas["mien", "majority"].value == 1
    assert kappas["mien", "ben"].value == pytest.approx(0.6, abs=0.01)
    assert kappas["mien", "ben"].low < 0.6 < kappas["mien", "ben"].high
    alphas = [each.raters for each in found.measures if each.measure == "alpha_nominal"]
    assert alphas == [("anna", "ben"), ("mien", "anna", "ben")]
    # The same numbers each time, and plain types.
    again = compare(line_up(recordings, coded, rate=10, words={}), 10)
    assert again.to_dict() == found.to_dict()
    by_class = {(each.reference, each.label): each for each in found.classes}
    assert by_class["anna", "happy"].f1.value == 1


def test_numbers_get_icc_and_alpha():
    one = read("hhhhsssshh")
    codes = [
        (at / 10, None, "", 9.0 if letter == "h" else 1.0) for at, letter in enumerate("hhhhsssshs")
    ]
    moments = line_up([one], [said("anna", *codes)], rate=10, words={}, scale=(1, 9, 0, 1))
    found = {each.measure: each for each in compare(moments, 10).measures}
    assert set(found) == {"icc_2_1", "icc_2_k", "alpha_interval"}
    assert 0.5 < found["icc_2_1"].estimate.value < found["icc_2_k"].estimate.value < 1
    assert found["alpha_interval"].moments == 10


def test_mien_s_tables_csv_and_parquet(tmp_path):
    header = "path,time,track,label,smoothed_label,smoothed_confidence,smoothed_happy,smoothed_sad"
    rows = [f"v/a.mp4,{n / 10},{1 + (n > 7)},sad,happy,0.8,0.75,0.25" for n in range(10)]
    table = file(tmp_path / "rows.csv", "\n".join([header, *rows]))
    (one,) = read_rows(table)
    assert (one.name, one.person, len(one.times)) == ("a", 1, 8)
    assert set(one.labels) == {"happy"}
    assert one.values == pytest.approx(np.full(8, 0.5))
    assert read_rows(table, person=2)[0].person == 2
    assert read_rows(table, value="smoothed_sad")[0].values == pytest.approx(np.full(8, 0.25))
    # One person who came back under a second number.
    (whole,) = read_rows(table, alone=True)
    assert whole.times.tolist() == pytest.approx([n / 10 for n in range(10)])
    both = file(tmp_path / "b.csv", "time,track,label\n0,1,sad\n0,2,happy\n1,2,happy\n2,2,sad\n")
    assert read_rows(both, alone=True)[0].labels == ("sad", "happy", "sad")
    for options, message in (({"person": 3}, "no person 3"), ({"value": "x"}, "no column 'x'")):
        with pytest.raises(UsageError, match=message):
            read_rows(table, **options)
    from mien.media.results.rows_file import write_rows

    plain = [{"path": "v/a.mp4", "time": n, "track": 1, "label": "sad"} for n in range(3)]
    write_rows(tmp_path / "a.parquet", plain, text=("path", "label"))
    assert read_rows(tmp_path / "a.parquet")[0].labels == ("sad",) * 3
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "half.parquet").write_bytes(whole[: len(whole) // 2])
    for wrong in (
        file(tmp_path / "w.csv", "a,b\n"),
        file(tmp_path / "w.parquet", "none"),
        tmp_path / "half.parquet",
        file(tmp_path / "v.csv", "time,track,label\nsoon,1,sad\n"),
    ):
        with pytest.raises(DataError):
            read_rows(wrong)
    with pytest.raises(DataError, match="no folder of a study"):
        read_rows(tmp_path)
