"""Faults that people have met with programs like this one, each from its input to its answer.

The inputs are made here, and go in by the command, by Python or over HTTP, as a user's would. What
each part of Mien does with the whole kind of such inputs is tested where that part is.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import pickle
import random
import struct
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.test_raw_photo import jpeg, mosaic, thumbnail, tiff_like
from PIL import Image
from server.conftest import running

import mien
from mien.cli.main import main
from mien.errors import UsageError
from mien.packaged import ASTRONAUT, packaged_path

Run = Callable[..., tuple[int, str, str]]
PHOTO = packaged_path(ASTRONAUT)


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run ``mien ARGUMENTS`` in an empty folder: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("MIEN_ALBUM", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mien", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def portrait() -> Image.Image:
    """One happy face."""
    return Image.open(PHOTO).convert("RGB").crop((90, 0, 390, 300))


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def frames_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_library_that_was_moved_is_named_at_its_new_place(
    command: Run, portrait: Image.Image, tmp_path: Path
) -> None:
    for year in ("2018", "2020"):  # The old place may come before the new one, or after it.
        old = tmp_path / year
        old.mkdir()
        for step in range(2):
            portrait.crop((step * 6, 0, 300, 300)).save(old / f"{step}.png")
        assert command("album", "index", year)[0] == 0
        old.rename(tmp_path / "2019")
        status, out, err = command("album", "index", "2019")
        assert f"mien album forget {old}" in err
        assert status == 0 and "0 photos read" in out and "2 recognised (2 moved here)" in out
        status, out, _ = command("album", "top", "--bursts", "all", "--format", "paths")
        assert {Path(path).parent.name for path in out.split()} == {"2019"}
        assert len(out.split()) == 2
        assert command("album", "top", "--out", f"copies-{year}")[0] == 0
        assert command("album", "top", "--gallery", "page.html")[0] == 0
        assert "data:image/jpeg" in (tmp_path / "page.html").read_text("utf-8")
        assert "2 in 2 files" in command("album", "status")[1]
        assert command("album", "forget", "--all")[0] == 0
        for photo in (tmp_path / "2019").iterdir():
            photo.unlink()
        (tmp_path / "2019").rmdir()


def test_python_takes_what_other_libraries_take(portrait: Image.Image, tmp_path: Path) -> None:
    portrait.save(tmp_path / "a.png")
    pixels = np.asarray(portrait)
    analyzer = pickle.loads(pickle.dumps(mien.Analyzer(threads=1)))
    given = (
        str(tmp_path / "a.png"),
        tmp_path / "a.png",
        portrait,
        pixels,
        (tmp_path / "a.png").read_bytes(),
        io.BytesIO((tmp_path / "a.png").read_bytes()),
    )
    for one in given:
        assert [face.label for face in analyzer.analyze(one)] == ["happy"]
        assert np.array_equal(mien.read_image(one), pixels)
    assert len(analyzer.analyze([pixels, tmp_path / "a.png"])) == 2
    for wrong in (None, pixels[..., 0], pixels / 255):
        with pytest.raises(UsageError) as refused:
            analyzer.analyze(wrong)
        assert "\n" not in str(refused.value)


def test_a_cmyk_jpeg_without_adobes_marker_is_no_negative(
    command: Run, portrait: Image.Image, tmp_path: Path
) -> None:
    content = encoded(portrait.convert("CMYK"), quality=90)
    kept, at = content[:2], 2
    while content[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, at + 2)
        if content[at + 1] != 0xEE:
            kept += content[at : at + 2 + length]
        at += 2 + length
    (tmp_path / "marked.jpg").write_bytes(content)
    (tmp_path / "bare.jpg").write_bytes(kept + content[at:])
    assert b"Adobe" not in (tmp_path / "bare.jpg").read_bytes()
    status, out, err = command("analyze", "marked.jpg", "bare.jpg", "--format", "jsonl")
    marked, bare = frames_of(out)
    assert (status, err, marked["faces"]) == (0, "", bare["faces"])
    assert marked["faces"][0]["label"] == "happy"
    assert 60 < mien.read_image("bare.jpg").mean() < 200


def fer_plus(names: list[int], labels: list[int]) -> str:
    """Votes for these labels, under these numbers of images."""
    emotions = [
        "neutral",
        "happiness",
        "surprise",
        "sadness",
        "anger",
        "disgust",
        "fear",
        "contempt",
        "unknown",
        "NF",
    ]
    meant = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    rows = [f"Usage,Image name,{','.join(emotions)}"]
    for name, label in zip(names, labels, strict=True):
        votes = ("10" if emotion == meant[label] else "0" for emotion in emotions)
        rows.append(f"{usage_of(len(rows) - 1)},fer{name:07d}.png,{','.join(votes)}")
    return "\n".join(rows) + "\n"


def usage_of(row: int) -> str:
    return "Training" if row < 42 else "PublicTest" if row < 56 else "PrivateTest"


def test_votes_on_the_wrong_images_are_told(command: Run, tmp_path: Path) -> None:
    rng = random.Random(3)
    labels = [row % 7 for row in range(70)]

    def images(order: list[int]) -> str:
        rows = ["emotion,pixels,Usage"]
        for row, label in enumerate(order):
            pixels = " ".join(str(rng.randrange(256)) for _ in range(48 * 48))
            rows.append(f"{label},{pixels},{usage_of(row)}")
        return "\n".join(rows) + "\n"

    turned = labels[:42][::-1] + labels[42:]
    (tmp_path / "fer.csv").write_text(images(labels))
    (tmp_path / "turned.csv").write_text(images(turned))
    names = list(range(70))
    (tmp_path / "votes.csv").write_text(fer_plus(names, labels))
    shifted = [*names[1:42], names[0], *names[42:]]
    (tmp_path / "shifted.csv").write_text(fer_plus(shifted, [labels[name] for name in shifted]))
    status, _, err = command("data", "import", "fer.csv", "--ferplus", "shifted.csv")
    assert status != 0 and "shifted.csv, line 43" in err and "out of order" in err
    status, out, _ = command("data", "import", "turned.csv", "--ferplus", "votes.csv")
    assert status == 0
    assert "joined to the wrong images in Training" in out
    assert "agree with the labels on 48.6%" in out
    status, out, _ = command("data", "import", "fer.csv", "--ferplus", "votes.csv")
    assert "agree with the labels on 100.0%" in out and "wrong images" not in out


def test_a_jpeg_without_its_end_is_read(
    command: Run, portrait: Image.Image, tmp_path: Path
) -> None:
    content = encoded(portrait, quality=88)
    (tmp_path / "no_end.jpg").write_bytes(content[:-2])
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) * 97 // 100])
    status, out, err = command("analyze", "no_end.jpg", "cut.jpg", "--format", "jsonl")
    whole, cut = frames_of(out)
    assert status == 0
    assert [frame["faces"][0]["label"] for frame in (whole, cut)] == ["happy", "happy"]
    assert "incomplete" not in whole and cut["incomplete"]
    assert err.startswith("cut.jpg: is cut off: ") and len(err.splitlines()) == 1
    assert np.array_equal(mien.read_image("no_end.jpg"), mien.read_image(content))


def test_a_raw_photo_is_not_answered_from_its_thumbnail(
    command: Run, portrait: Image.Image, tmp_path: Path
) -> None:
    (tmp_path / "a.nef").write_bytes(tiff_like([thumbnail(120), mosaic()]))
    (tmp_path / "b.dng").write_bytes(tiff_like([thumbnail(256), mosaic()]))
    (tmp_path / "bare.dng").write_bytes(tiff_like([mosaic()]))
    status, out, err = command("analyze", "a.nef", "b.dng", "bare.dng", "--format", "jsonl")
    assert (status, out) == (3, "")
    for line, kind in zip(err.splitlines(), ("NEF", "DNG", "DNG"), strict=True):
        assert f"is a camera's raw photo ({kind})" in line and "export it as JPEG" in line
    (tmp_path / "days").mkdir()
    (tmp_path / "a.nef").rename(tmp_path / "days" / "a.nef")
    (tmp_path / "days" / "b.jxl").write_bytes(b"\xff\x0a")
    (tmp_path / "days" / "c.jpg").write_bytes(jpeg(60, 40))
    for verb in (("analyze", "days"), ("album", "index", "days")):
        status, _, err = command(*verb)
        assert status == 0 and "passed over: 1 JPEG XL picture, 1 raw photo" in err


def test_of_several_pictures_in_a_file_it_is_told_how_many_were_read(
    command: Run, portrait: Image.Image
) -> None:
    small = portrait.resize((200, 200))
    blank = Image.new("RGB", small.size, "white")
    blank.save("scan.tif", save_all=True, append_images=[small, small], compression="tiff_lzw")
    blank.save("fade.webp", save_all=True, append_images=[small], duration=80)
    status, out, err = command("analyze", "scan.tif", "fade.webp", "--format", "jsonl")
    assert status == 0 and [frame["faces"] for frame in frames_of(out)] == [[], []]
    assert "scan.tif: 1 of 3 pages read; to read all of them: --pages all" in err
    assert "fade.webp: 1 of 2 pages read" in err
    status, out, err = command("analyze", "scan.tif", "--pages", "all", "--format", "jsonl")
    assert [len(frame["faces"]) for frame in frames_of(out)] == [0, 1, 1]
    assert err == ""


def test_the_server_takes_what_clients_of_others_send(portrait: Image.Image) -> None:
    content = encoded(portrait)
    address = "data:image/jpeg;base64," + base64.b64encode(content).decode()
    page = "http://localhost:3000"
    with running(allowed_origins=(page,)) as server, server.client() as client:
        answers = [
            client.post("/v1/analyze", json={"img": address}),
            client.post("/v1/analyze", json={"image": address.partition(",")[2]}),
            client.post(
                "/v1/analyze",
                content=content,
                headers={"content-type": "application/x-www-form-urlencoded"},
            ),
            client.post("/v1/analyze", files={"file": ("a.jpg", content)}),
            client.post(
                "/v1/analyze", files={"image": ("a.jpg", content)}, headers={"origin": page}
            ),
            client.post("/v1/analyze", files={"image": ("a.jpg", content[:-2])}),
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert answer.json()["faces"][0]["label"] == "happy"
        assert answers[4].headers["access-control-allow-origin"] == page
        other = client.post("/v1/analyze", content=content, headers={"origin": "http://a.org"})
        assert other.status_code == 403


def test_no_frame_of_a_video_is_lost(command: Run, scene: Callable[..., np.ndarray]) -> None:
    av = pytest.importorskip("av")

    def write(name: str, frames: int, format: str, **options: str) -> None:
        with av.open(name, "w", format=format, container_options=options) as container:
            stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
            for number in range(frames):
                picture = scene((40 + number, 10), width=320, height=240)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                # The start of FFmpeg's own MPEG-TS, which no whole microsecond names.
                frame.pts, frame.time_base = 132_000 + 3_000 * number, Fraction(1, 90_000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())

    write("a.ts", 6, "mpegts", muxdelay="0")
    write("b.mp4", 6, "mp4", movflags="frag_keyframe+empty_moov", use_editlist="0")
    write("one.ts", 1, "mpegts", muxdelay="0")
    status, out, _ = command("video", "a.ts", "b.mp4", "one.ts", "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    numbers = {
        name: [row["number"] for row in rows if row["path"] == name]
        for name in ("a.ts", "b.mp4", "one.ts")
    }
    assert numbers == {"a.ts": list("012345"), "b.mp4": list("012345"), "one.ts": ["0"]}
    assert {float(row["time"]) for row in rows if row["number"] == "0"} == {0.0}
