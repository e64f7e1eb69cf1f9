"""Indexing: what is read again and what is not, and that nothing goes wrong when things do."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest

from mien.album.database import default_database, open_album, set_aside
from mien.album.indexing import workers
from mien.album.indexing.examine import Examiner, ExaminerSettings, examine_photo
from mien.album.indexing.index import index_folder, make_plan
from mien.album.indexing.scan import Found, scan
from mien.album.indexing.workers import examine_all
from mien.album.records import Examined, Exif, FileStat, PictureRecord
from mien.album.status import album_status
from mien.album.store import KnownFile, known_files, store
from mien.errors import DataError, OutputError, UsageError
from mien.media.excluded import Excludes
from mien.vision.pixel_analyzer import PixelAnalyzer

from ..conftest import MODEL, portrait, save


def query(database: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(database) as connection:
        return connection.execute(sql).fetchall()


def name_of(path: bytes) -> str:
    return Path(os.fsdecode(path)).name


def originals(folder: Path) -> dict[str, tuple[str, int, int]]:
    return {
        str(path): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_is_in_a_made_album(made_album: Path, made_photos: Path) -> None:
    with open_album(made_album) as connection:
        found = album_status(connection)
    assert (found.photos, found.files, found.gone) == (5, 5, 0)
    assert found.faces == 5  # two of the burst, two of the pair, the blurred one
    assert [name_of(path) for path, _ in found.unreadable] == ["broken.jpg"]
    assert found.folders[0][0] == os.fsencode(made_photos)
    ((taken, south),) = query(
        made_album, "SELECT taken, latitude FROM picture WHERE latitude IS NOT NULL"
    )
    assert taken == 1562241600.0
    assert south == pytest.approx(-48.208333)
    assert stat.S_IMODE(made_album.stat().st_mode) == 0o600


def test_a_face_row_agrees_with_the_analyzer(made_photos: Path) -> None:
    analyzer = PixelAnalyzer(MODEL)
    path = made_photos / "deep" / "pair.png"
    record = examine_photo(analyzer, path.read_bytes(), "pair.png")
    from mien.media.image import read_image

    frame = analyzer.analyze(read_image(path))
    assert len(record.faces) == len(frame.faces) == 2
    for face, expected in zip(record.faces, frame.faces, strict=True):
        assert face.xyxy == pytest.approx(expected.xyxy)
        assert face.probabilities == tuple(expected.probabilities.values())
        assert face.ferplus == tuple(expected.ferplus.values())
        assert face.size == pytest.approx(expected.area**0.5)
        assert len(np.frombuffer(face.embedding, "<f2")) == analyzer.card.embedding


def test_reducing_hardly_changes_a_face(tmp_path: Path) -> None:
    """A large photo with a small face is decoded twice; the answer is that of the full size."""
    from PIL import Image

    scene = Image.new("RGB", (2400, 1800), (90, 110, 130))
    scene.paste(portrait(300), (400, 500))
    content = save(scene, tmp_path / "a.jpg").read_bytes()
    analyzer = PixelAnalyzer(MODEL)
    small = examine_photo(analyzer, content, "a.jpg")
    full = examine_photo(analyzer, content, "a.jpg", reduce=False)
    assert (small.width, small.height) == (full.width, full.height) == (2400, 1800)
    ((one,), (other,)) = small.faces, full.faces
    assert np.abs(np.subtract(one.xyxy, other.xyxy)).max() < 0.05 * other.size
    assert np.abs(np.subtract(one.probabilities, other.probabilities)).max() < 0.03


def test_unchanged_files_are_not_opened(photos: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    first = index_folder(photos, database, MODEL)
    assert (first.read, first.unchanged, len(first.unreadable)) == (5, 0, 1)
    atimes = {path: 1 for path in photos.rglob("*") if path.is_file()}
    for path in atimes:
        os.utime(path, ns=(1, path.stat().st_mtime_ns))
    again = index_folder(photos, database, MODEL)
    assert (again.read, again.recognised, again.unchanged, again.unreadable) == (0, 0, 6, ())
    assert all(path.stat().st_atime_ns == 1 for path in atimes)


def test_an_unchanged_folder_opens_no_networks(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "album.sqlite3"
    index_folder(photos, database, MODEL)
    opened = []
    monkeypatch.setattr(
        workers, "Examiner", lambda settings: opened.append(settings) or Examiner(settings)
    )
    assert index_folder(photos, database, MODEL).unchanged == 6
    assert not opened
    save(portrait(200), photos / "one more.png")
    assert index_folder(photos, database, MODEL).read == 1
    assert len(opened) == 1


def test_moved_deleted_changed_and_touched(photos: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    index_folder(photos, database, MODEL)
    before = dict(query(database, "SELECT path, picture FROM file"))
    (photos / "new").mkdir()
    (photos / "burst-1.jpg").rename(photos / "new" / "moved.jpg")
    (photos / "noise.png").unlink()
    os.utime(photos / "burst-2.jpg", (1, 1))
    save(portrait(mirrored=True), photos / "blurred.webp")
    save(portrait(), photos / "broken.jpg")
    done = index_folder(photos, database, MODEL)
    assert (done.read, done.recognised, done.gone, done.unchanged) == (2, 2, 2, 1)
    after = {path: row for path, *row in query(database, "SELECT path, picture, gone FROM file")}
    top = os.fsencode(photos)
    assert after[top + b"/new/moved.jpg"] == [before[top + b"/burst-1.jpg"], 0]
    assert after[top + b"/burst-1.jpg"][1] == after[top + b"/noise.png"][1] == 1
    assert after[top + b"/blurred.webp"][0] != before[top + b"/blurred.webp"]
    # What the blurred photo showed before is in no file any more, and so not in the album.
    held = before[top + b"/blurred.webp"]
    assert query(database, f"SELECT 1 FROM face WHERE picture = {held}") == []
    (photos / "new" / "moved.jpg").rename(photos / "burst-1.jpg")
    back = index_folder(photos, database, MODEL)
    assert (back.read, back.gone) == (0, 1)
    assert query(database, "SELECT count(*) FROM file WHERE gone = 1") == [(2,)]


def test_unreadable_files_are_tried_when_they_change(photos: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    for name, content in {
        "empty.jpg": b"",
        "text.png": b"no picture",
        "cut.jpg": (photos / "burst-1.jpg").read_bytes()[:2000],
    }.items():
        (photos / name).write_bytes(content)
    first = index_folder(photos, database, MODEL)
    reasons = {name_of(path): reason for path, reason in first.unreadable}
    assert set(reasons) == {"broken.jpg", "empty.jpg", "text.png", "cut.jpg"}
    assert reasons["empty.jpg"] == "the file is empty"
    assert reasons["cut.jpg"] == "is cut off: most of the picture is missing"
    assert index_folder(photos, database, MODEL).unreadable == ()
    (photos / "text.png").write_bytes(b"still no picture")
    assert len(index_folder(photos, database, MODEL).unreadable) == 1


def test_another_model_reads_everything_anew(photos: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    index_folder(photos, database, MODEL)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE model SET sha256 = 'of an older file'")
    done = index_folder(photos, database, MODEL)
    assert (done.read, done.unchanged) == (5, 1)
    assert query(database, "SELECT count(DISTINCT model), max(model) FROM picture") == [(1, 2)]


def test_originals_stay_as_they_are(photos: Path, tmp_path: Path) -> None:
    before = originals(photos)
    for _ in range(2):
        index_folder(photos, tmp_path / "album.sqlite3", MODEL)
    assert originals(photos) == before


def test_names_in_any_encoding_and_links_in_circles(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    content = save(portrait(), folder / "a.jpg").read_bytes()
    names = [b"caf\xe9.jpg", "猫\n.JPG".encode(), b"'; DROP TABLE file; --.jpeg"]
    for name in list(names):
        try:
            (folder / os.fsdecode(name)).write_bytes(content)
        except OSError as error:  # macOS refuses names that are not UTF-8.
            if error.errno != errno.EILSEQ:
                raise
            names.remove(name)
    (folder / "circle").symlink_to(folder)
    (folder / "self.jpg").symlink_to("self.jpg")
    (folder / "nowhere.jpg").symlink_to("missing.jpg")
    (folder / ".hidden.jpg").write_bytes(content)
    os.mkfifo(folder / "pipe.jpg")
    database = tmp_path / "album.sqlite3"
    done = index_folder(folder, database, MODEL)
    assert (done.read, done.recognised, done.unreadable) == (1, len(names), ())
    paths = {name_of(path) for (path,) in query(database, "SELECT path FROM file")}
    assert paths == {"a.jpg", *map(os.fsdecode, names)}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_closed_folder_keeps_what_is_known(photos: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    index_folder(photos, database, MODEL)
    (photos / "deep").chmod(0)
    try:
        done = index_folder(photos, database, MODEL)
    finally:
        (photos / "deep").chmod(0o755)
    assert (len(done.closed), done.gone) == (1, 0)


def test_files_below_a_closed_folder_are_not_gone(tmp_path: Path) -> None:
    """The same for root, with a folder that cannot be listed because it is not there."""
    top = os.fsencode(tmp_path / "away")
    known = {top + b"/a.jpg": KnownFile(1, FileStat(1, 1, 1), 1, False)}
    plan = make_plan(top, known, 1)
    assert (plan.closed[0].path, plan.gone) == (top, ())
    with pytest.raises(UsageError, match="no such folder"):
        index_folder(tmp_path / "away", tmp_path / "a.sqlite3", MODEL)


def test_workers_that_are_killed_lose_no_photo(photos: Path) -> None:
    paths = [os.fsencode(path) for path in sorted(photos.rglob("*.*")) if path.is_file()]
    settings = ExaminerSettings(None, MODEL)
    found = examine_all(paths, settings, workers=2)
    first = next(found)
    for worker in multiprocessing.active_children():
        worker.kill()
    rest = list(found)
    assert sorted([first.path, *(each.path for each in rest)]) == paths
    assert sum(each.error is not None for each in [first, *rest]) == 1  # broken.jpg


def test_a_file_that_vanishes_before_it_is_read() -> None:
    examiner = Examiner(ExaminerSettings(None, MODEL))
    found = examiner.examine(b"/missing/\xff.jpg")
    assert (found.stat, found.error) == (None, "no such file")


# The database


def a_picture(number: int) -> Examined:
    record = PictureRecord(10, 10, Exif(), number, ())
    name = b"/p/%d.jpg" % number + b"x" * 2000
    return Examined(name, FileStat(1, number, 1), number.to_bytes(16), record)


def test_a_full_disk_keeps_what_was_committed(album: Path) -> None:
    message = r"the disk is full; free some space.*is kept"
    with pytest.raises(OutputError, match=message), open_album(album) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        for number in range(100):
            store(connection, [a_picture(10 * number + each) for each in range(5)], 1)
    with open_album(album) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = connection.execute("SELECT count(*) FROM file").fetchone()
    assert count > 6
    assert (count - 6) % 5 == 0  # whole batches only


def test_a_batch_is_all_or_nothing(album: Path) -> None:
    too_large = Examined(b"/x", FileStat(1 << 70, 1, 1), b"", None, "does not fit into SQLite")
    before = query(album, "SELECT count(*) FROM file")
    with open_album(album) as connection, pytest.raises(OverflowError):
        store(connection, [a_picture(1), too_large], 1)
    assert query(album, "SELECT count(*) FROM file") == before


@pytest.mark.parametrize("damage", ["head", "middle", "text"])
def test_a_damaged_album_says_so_and_stays(photos: Path, album: Path, damage: str) -> None:
    content = bytearray(album.read_bytes())
    if damage == "head":
        content[:100] = bytes(100)
        content[:16] = b"SQLite format 4\0"
    elif damage == "middle":
        content[4096:] = os.urandom(len(content) - 4096)
    else:
        content = bytearray(b"this is a letter, not a database\n" * 50)
    album.write_bytes(content)
    with pytest.raises(DataError, match=r"is damaged .*--rebuild") as caught:
        index_folder(photos, album, MODEL)
    assert "\n" not in str(caught.value)
    assert album.read_bytes() == content
    aside = set_aside(album)
    assert aside is not None and aside.read_bytes() == content
    assert index_folder(photos, album, MODEL).read == 5


def test_set_aside_never_replaces(tmp_path: Path) -> None:
    path = tmp_path / "album.sqlite3"
    assert set_aside(path) is None
    kept = set()
    for number in range(3):
        path.write_text(str(number))
        (tmp_path / "album.sqlite3-wal").write_text(f"{number} log")
        kept.add(set_aside(path))
    assert len(kept) == 3
    assert len(list(tmp_path.iterdir())) == 6


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.sqlite3"
    with sqlite3.connect(theirs) as connection:
        connection.execute("CREATE TABLE music (title TEXT)")
    content = theirs.read_bytes()
    with pytest.raises(DataError, match="is a database, but not an album"), open_album(theirs):
        pass
    assert theirs.read_bytes() == content


def test_an_album_of_a_newer_mien(album: Path) -> None:
    with sqlite3.connect(album) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(DataError, match=r"version 99.*pip install --upgrade"), open_album(album):
        pass


def test_no_album_yet(tmp_path: Path) -> None:
    message = "there is no album yet; make it with: mien album index"
    with pytest.raises(DataError, match=message), open_album(tmp_path / "a.sqlite3"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_it_is_for_its_owner_only(album: Path, tmp_path: Path) -> None:
    album.chmod(0o644)
    with open_album(album) as connection:
        connection.execute("UPDATE file SET gone = 0")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("album.*")}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 3  # with its log


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIEN_DATA", str(tmp_path))
    assert default_database() == tmp_path / "album.sqlite3"
    monkeypatch.delenv("MIEN_DATA")
    assert default_database().parent.name == "mien"


def test_known_files_are_asked_for_at_once_however_many_there_are(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    source = save(portrait(8), tmp_path / "a.png")
    for number in range(200):
        os.link(source, folder / f"{number}.png")
    top = os.fsencode(folder)
    statements: list[str] = []
    with open_album(tmp_path / "album.sqlite3", create=True) as connection:
        connection.execute("INSERT INTO model VALUES (1, 'a', 'a', 'a', '[]', '[]')")
        entries = list(scan(top, heic=False, excludes=Excludes()))
        picture = PictureRecord(8, 8, Exif(), 0, ())
        batch = [Examined(e.path, e.stat, b"h", picture) for e in entries if isinstance(e, Found)]
        store(connection, batch[:1], 1)
        store(connection, [Examined(e.path, e.stat, b"h") for e in batch[1:]], 1)
        connection.set_trace_callback(statements.append)
        plan = make_plan(top, known_files(connection, top), 1)
    assert (plan.unchanged, plan.to_read, plan.gone) == (200, (), ())
    assert len(statements) == 1
