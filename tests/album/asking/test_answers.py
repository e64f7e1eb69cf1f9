"""What becomes of an answer: lists, copies, sidecars, a page."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from mien.album.asking.asked_photo import read_asked
from mien.album.asking.columns import load_columns
from mien.album.asking.hits import Hit, hits_of
from mien.album.asking.question import Question
from mien.album.asking.rank import rank
from mien.album.asking.similar import Embeddings, load_embeddings, rank_similar
from mien.album.database import open_album
from mien.album.taking.gallery import write_gallery
from mien.album.taking.listing import to_csv, to_json, to_paths, to_table
from mien.album.taking.take import Way, take_photos
from mien.album.taking.xmp import sidecar_of, write_sidecars
from mien.errors import ImageError, OutputError, UsageError

from ..conftest import MODEL


def ask(
    database: Path, question: Question | None = None, *, place: bool = False
) -> tuple[Hit, ...]:
    question = question or Question("happy", bursts="all")
    with open_album(database) as connection:
        columns = load_columns(connection)
        ranking = rank(columns, question)
        return hits_of(connection, columns, ranking, question.labels, place=place)


@pytest.fixture(scope="module")
def hits(made_album: Path) -> tuple[Hit, ...]:
    return ask(made_album)


@pytest.mark.parametrize("place", [False, True])
def test_a_table_fits_into_80_columns(hits: tuple[Hit, ...], place: bool) -> None:
    long = [
        replace(hit, path=f"/pictures/at the seaside/{'very ' * 9}long.jpg", place=(-48.2, -116.37))
        for hit in hits
    ]
    console = Console(width=80, file=io.StringIO(), soft_wrap=True)
    console.print(to_table(long, "surprise", place=place))
    assert max(map(len, console.file.getvalue().splitlines())) <= 80


def test_the_sharp_happy_faces_are_named(hits: tuple[Hit, ...]) -> None:
    names = {Path(hit.path).name for hit in hits}
    assert names == {"burst-1.jpg", "burst-2.jpg", "pair.png"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        mean = np.mean([face.probabilities["happy"] for face in hit.faces if face.counted])
        assert hit.score == pytest.approx(mean, abs=1e-6)


def test_only_the_best_of_the_burst(made_album: Path) -> None:
    names = [Path(hit.path).name for hit in ask(made_album, Question("happy"))]
    assert len(names) == 2 and "pair.png" in names


def test_json(hits: tuple[Hit, ...]) -> None:
    document = json.loads(to_json(hits, {"emotion": "happy"}))
    assert document["schema"] == "mien.album/1"
    assert document["question"] == {"emotion": "happy"}
    assert [photo["rank"] for photo in document["photos"]] == [1, 2, 3]
    first = document["photos"][0]
    assert first["path"] == hits[0].path
    assert first["faces"][0]["probabilities"]["happy"] == pytest.approx(hits[0].score, abs=1e-3)


def test_place_is_told_only_when_asked_for(made_album: Path) -> None:
    for place in (False, True):
        found = ask(made_album, place=place)
        told = to_json(found, {}), to_csv(found, place=place)
        assert [b"latitude" in text for text in told] == [place, place]
        assert [b"48.20833" in text for text in told] == [place, place]
        with_place = [hit for hit in found if hit.place is not None]
        assert len(with_place) == (1 if place else 0)


def test_csv(hits: tuple[Hit, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(hits, place=False).decode())))
    assert [row["path"] for row in rows] == [hit.path for hit in hits]
    for row, hit in zip(rows, hits, strict=True):
        assert float(row["happy"]) == pytest.approx(hit.score, abs=2e-6)
        assert int(row["faces"]) == len(hit.faces)
    formula = to_csv([replace(hits[0], path="=1+1.jpg")], place=False).decode()
    assert ",./=1+1.jpg," in formula


def test_paths_are_the_system_s_own_bytes(hits: tuple[Hit, ...]) -> None:
    odd = [replace(hits[0], path=os.fsdecode(name)) for name in (b"/caf\xe9\n.jpg", b"/b.jpg")]
    assert to_paths(odd, ending=b"\0") == b"/caf\xe9\n.jpg\0/b.jpg\0"
    text = io.StringIO()
    Console(file=text, width=100).print(to_table(odd, "happy", place=True))
    assert r"/caf\xe9\n.jpg" in text.getvalue()


def test_copies_and_links(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    before = [(Path(hit.path).read_bytes(), Path(hit.path).stat().st_mtime_ns) for hit in hits]
    copies = take_photos(hits, tmp_path / "copies" / "new", way=Way.COPY)
    links = take_photos(hits, tmp_path / "links", way=Way.HARDLINK)
    assert copies[0].name == f"001 {Path(hits[0].path).name}"
    for hit, copy, link, (content, mtime_ns) in zip(hits, copies, links, before, strict=True):
        assert copy.read_bytes() == link.read_bytes() == content
        assert copy.stat().st_mtime_ns == mtime_ns == Path(hit.path).stat().st_mtime_ns
        assert link.samefile(hit.path) and not copy.samefile(hit.path)
    for link in links:
        link.unlink()
    assert {path.name for path in copies[0].parent.iterdir()} == {path.name for path in copies}


def test_nothing_is_replaced(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    taken = tmp_path / f"002 {Path(hits[1].path).name}"
    taken.write_text("mine")
    for way in Way:
        with pytest.raises(OutputError, match="is there already, and nothing is replaced"):
            take_photos(hits, tmp_path, way=way)
    assert [path.name for path in tmp_path.iterdir()] == [taken.name]
    assert taken.read_text() == "mine"


def test_a_photo_that_has_gone_is_one_line(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        take_photos([replace(hits[0], path="/missing.jpg")], tmp_path, way=Way.COPY)
    assert list(tmp_path.iterdir()) == []


def test_what_fails_half_way_is_taken_back(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    mixed = [*hits, replace(hits[0], rank=4, path="/missing.jpg")]
    for way in Way:
        with pytest.raises(ImageError, match="no such file"):
            take_photos(mixed, tmp_path / "new", way=way)
    assert list(tmp_path.iterdir()) == []
    assert all(Path(hit.path).exists() for hit in hits)


@pytest.mark.skipif(
    not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == Path("/tmp").stat().st_dev,
    reason="needs a second file system",
)
def test_no_hard_link_leaves_its_file_system(hits: tuple[Hit, ...]) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        with pytest.raises(OutputError, match=r"cannot be a hard link.*--as copy"):
            take_photos(hits, Path(elsewhere) / "new", way=Way.HARDLINK)
        assert os.listdir(elsewhere) == []  # noqa: PTH208
        assert len(take_photos(hits, Path(elsewhere) / "new", way=Way.COPY)) == len(hits)


def test_sidecars(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    copies = take_photos(hits, tmp_path, way=Way.COPY)
    emotion = 'happy>0.5 and not sad>0.2 & "<odd>'
    written = write_sidecars(copies, hits, emotion=emotion)
    assert written[0] == sidecar_of(copies[0]) == copies[0].with_name(copies[0].name + ".xmp")
    root = ElementTree.fromstring(written[0].read_text())
    assert [e.text for e in root.iter() if e.tag.endswith("}li")] == [
        "expression",
        "expression|happy",
    ]
    (description,) = (e for e in root.iter() if e.tag.endswith("}Description"))
    values = {key.split("}")[1]: value for key, value in description.attrib.items()}
    assert values["emotion"] == emotion
    assert float(values["score"]) == pytest.approx(hits[0].score, abs=1e-6)


def test_an_edited_sidecar_is_kept(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    copies = take_photos(hits, tmp_path, way=Way.COPY)
    edited = sidecar_of(copies[2])
    edited.write_text("years of work")
    with pytest.raises(OutputError, match=r"may hold edits.*--force"):
        write_sidecars(copies, hits, emotion="happy")
    assert edited.read_text() == "years of work"
    assert len(list(tmp_path.glob("*.xmp"))) == 1
    write_sidecars(copies, hits, emotion="happy", force=True)
    assert "expression|happy" in edited.read_text()


def test_the_page_holds_all_and_loads_nothing(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    gone = replace(hits[0], rank=4, path="/missing/<b>.jpg")
    write_gallery(page, [*hits, gone], title="A & B", subtitle="<i>", emotion="happy")
    text = page.read_text()
    assert "<script" not in text and "http://" not in text and "https://" not in text
    assert "<title>A &amp; B</title>" in text and "&lt;i&gt;" in text
    assert text.count('class="photo"') == 4
    assert text.count("data:image/jpeg") == 3 + sum(len(hit.faces) for hit in hits)
    assert "no such file" in text and "&lt;b&gt;" in text and "<b>" not in text
    assert re.search(r'class="asked">happy<.*?width:9\d\.\d%', text)


def test_the_page_says_why_a_face_does_not_count(hits: tuple[Hit, ...], tmp_path: Path) -> None:
    face = replace(hits[0].faces[0], counted=False, unsure=False)
    faults = {
        "dark": {"brightness": 0.1},
        "small, blurred, unsure": {"size": 20.0, "sharpness": 0.01, "unsure": True},
        "by the question": {"brightness": None},
    }
    faces = tuple(replace(face, **changed) for changed in faults.values())
    page = tmp_path / "page.html"
    shown = [replace(hits[0], faces=faces, incomplete=True)]
    write_gallery(page, shown, title="Best", subtitle="s", emotion="happy")
    text = page.read_text()
    assert re.findall("not counted: ([^<]*)<", text) == list(faults)
    assert "· cut off<" in text


def test_the_page_in_a_browser(hits: tuple[Hit, ...], tmp_path: Path, chromium: object) -> None:
    page_file = tmp_path / "page.html"
    write_gallery(page_file, hits, title="Best", subtitle="s", emotion="happy")
    for width in (390, 1200):
        page = chromium.new_page(viewport={"width": width, "height": 800})  # type: ignore[attr-defined]
        messages: list[str] = []
        page.on("console", lambda message, to=messages: to.append(message.text))
        requests: list[str] = []
        page.on("request", lambda request, to=requests: to.append(request.url))
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        loaded = "[...document.images].every(i => (i.loading = 'eager', i.decode(), true))"
        assert page.evaluate(loaded)
        assert all(url.startswith(("file:", "data:")) for url in requests)
        assert messages == []
        page.close()


def test_similar_by_hand() -> None:
    values = np.array([[1, 0], [0, 1], [3, 4], [-1, 0], [2, 0]], np.float16)
    embeddings = Embeddings(np.array([7, 7, 8, 9, 11]), values)
    pictures, scores = rank_similar(np.array([[5, 0]], np.float16), embeddings)
    assert pictures.tolist() == [7, 11, 8, 9]
    assert scores == pytest.approx([1, 1, 0.6, -1], abs=1e-3)
    pictures, scores = rank_similar(np.array([[5, 0], [0, 1]], np.float16), embeddings)
    assert pictures.tolist()[0] == 7
    assert scores == pytest.approx([1, 0.7, 0.5, -0.5], abs=1e-3)
    with pytest.raises(UsageError, match="another length"):
        rank_similar(np.zeros((1, 3), np.float16), embeddings)


def test_a_photo_is_most_similar_to_itself(made_album: Path, made_photos: Path) -> None:
    asked = read_asked(made_photos / "burst-1.jpg", MODEL).embeddings
    with open_album(made_album) as connection:
        columns = load_columns(connection)
        pictures, scores = rank_similar(asked, load_embeddings(connection))
    first = columns.paths[columns.picture.tolist().index(pictures[0])]
    assert first.endswith(b"/burst-1.jpg")
    assert scores[0] == pytest.approx(1, abs=1e-3)
    last = columns.paths[columns.picture.tolist().index(pictures[-1])]
    assert last.endswith(b"/blurred.webp")
    with pytest.raises(UsageError, match="no face was found"):
        read_asked(made_photos / "noise.png", MODEL)
