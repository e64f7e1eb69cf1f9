"""``mien agree``: the guide's example as it stands there, and clips of disagreements."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "agree.md"


def test_the_guide_s_example_is_what_comes_out(mien, tmp_path):
    text = GUIDE.read_text("utf-8")
    text = text[text.index("## A worked example") :]
    rows, codes = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    (tmp_path / "rows.csv").write_text(rows, "utf-8")
    (tmp_path / "codes.csv").write_text(codes, "utf-8")
    (call,) = re.findall(r"```bash\nmien (.*?)\n```", text.split("## What is written")[0])
    done = mien(*call.split())
    assert done.returncode == 0, done.stderr
    (shown,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    assert printed == shown.strip()
    written = {path.name for path in (tmp_path / "agreement").iterdir()}
    assert written == {
        "agreement.csv", "by_class.csv", "confusion.csv", "disagreements.csv", "agreement.json",
    }  # fmt: skip
    for name in written:
        assert f"`{name}`" in text


def test_disagreements_are_cut_out_of_the_recordings(mien, tmp_path, make_video, scene):
    av = pytest.importorskip("av")
    frames = [scene((100 + at, 60), width=400, height=300) for at in range(60)]
    make_video(tmp_path / "a.mp4", frames, fps=10)
    seen = mien("video", "a.mp4", "--out", "rows.parquet")
    assert seen.returncode == 0, seen.stderr
    (tmp_path / "anna.csv").write_text(
        "recording,start,end,label\na.mp4,0,2,happy\na.mp4,2,4,sad\na.mp4,4,4.5,angry\n"
    )
    done = mien("agree", "rows.parquet", "anna.csv", "--clips", "1")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "agreement/disagreements.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["start"], first["end"], first["people"], first["mien"]) == (
        "2.0", "4.0", "sad", "happy",
    )  # fmt: skip
    assert second["clip"] == ""
    with av.open(str(tmp_path / "agreement" / first["clip"])) as clip:
        pictures = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    # A second before it, itself, and a second after.
    assert len(pictures) == 40
    assert pictures[0].shape[0] > 300
    (tmp_path / "a.mp4").unlink()
    again = mien("agree", "rows.parquet", "anna.csv", "--clips", "1")
    assert again.returncode == 3
    assert "no clip" in again.stderr
    assert (tmp_path / "agreement/agreement.csv").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none.csv", "c.csv"), "none.csv"),
        (("r.csv", "c.csv", "--at", "0"), "--at"),
        (("r.csv", "c.csv", "--scale", "5"), "--scale"),
        (("r.csv", "c.csv", "--alone", "--person", "1"), "contradict"),
        (("r.csv", "c.csv", "--between", "glad"), "--between"),
        (("r.csv", "c.csv", "--shift", "100"), "no moment can be compared"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(mien, tmp_path, words, message):
    (tmp_path / "r.csv").write_text("time,track,label\n0,1,sad\n0.1,1,happy\n")
    (tmp_path / "c.csv").write_text("start,end,label\n0,1,sad\n")
    done = mien("agree", *words)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "agreement").exists()
