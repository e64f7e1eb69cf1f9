"""What folders leave out: by default, by patterns, and how it is told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from album.conftest import MODEL, save
from PIL import Image
from typer.testing import CliRunner

from mien.album.indexing.index import index_folder
from mien.cli.main import app
from mien.errors import UsageError
from mien.media.excluded import Excludes
from mien.media.sources import find_images
from mien.media.video.find_videos import find_videos

LEFT_OUT = {
    "@eaDir/a.jpg/thumb.jpg": "@eaDir",
    ".thumbnails/a.jpg": ".*",
    ".hidden.jpg": ".*",
    "deep/.dtrash/a.jpg": ".*",
    "deep/.Trash-1000/a.jpg": ".*",
    "$Recycle.Bin/a.jpg": "$RECYCLE.BIN",
    "#recycle/a.jpg": "#recycle",
    "__MACOSX/a.jpg": "__MACOSX",
    "Catalog Previews.lrdata/0/a.jpg": "*.lrdata",
    "Mine.photoslibrary/resources/a.jpg": "*.photoslibrary/resources/",
}
KEPT = (
    "a.jpg",
    "deep/b.png",
    "Mine.photoslibrary/originals/a.jpg",
    "resources/a.jpg",
    "eaDir/c.jpg",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("tree")
    for number, name in enumerate((*LEFT_OUT, *KEPT)):
        save(Image.new("RGB", (16, 16), (10 * number, 0, 0)), top / name)
    (top / ".DS_Store").touch()
    return top


def found(top: Path, excludes: Excludes | None = None) -> tuple[set[str], Counter[str]]:
    excluded: Counter[str] = Counter()
    sources = find_images([top], excludes=excludes, excluded=excluded)
    return {Path(source.path).relative_to(top).as_posix() for source in sources}, excluded


def test_folders_of_systems_trash_and_thumbnails_are_left_out(tree: Path) -> None:
    names, excluded = found(tree)
    assert names == set(KEPT)
    assert excluded == Counter(LEFT_OUT.values())
    assert found(tree, Excludes(defaults=False))[0] == {*KEPT, *LEFT_OUT}


@pytest.mark.parametrize(
    ("pattern", "gone"),
    [
        ("DEEP", {"deep/b.png"}),
        ("*.png", {"deep/b.png"}),
        ("deep/*", {"deep/b.png"}),
        ("b.png/", set()),
        ("deep/", {"deep/b.png"}),
        ("b/c", set()),
        ("a.jpg", {"a.jpg", "Mine.photoslibrary/originals/a.jpg", "resources/a.jpg"}),
    ],
)
def test_patterns_are_of_names_or_of_paths_below(tree: Path, pattern: str, gone: set[str]) -> None:
    names, excluded = found(tree, Excludes([pattern]))
    assert names == set(KEPT) - gone
    assert excluded[pattern] == len(gone)


def test_what_is_named_itself_is_read(tree: Path) -> None:
    assert len(find_images([tree / "@eaDir"])) == 1
    assert len(find_images([tree / ".hidden.jpg"])) == 1
    assert len(find_images([f"{tree}/.thum*/*.jpg"])) == 1
    names = {Path(each.path).parent.name for each in find_images([f"{tree}/**/*.jpg"])}
    assert not names & {"a.jpg", "@eaDir", "#recycle", "resources.x"}


def test_an_empty_pattern_is_refused() -> None:
    with pytest.raises(UsageError, match="--exclude: '' is no pattern"):
        Excludes([""])


def test_the_album_leaves_out_the_same(tree: Path, tmp_path: Path) -> None:
    database = tmp_path / "album.sqlite3"
    first = index_folder(tree, database, MODEL)
    assert (first.read, first.excluded) == (len(KEPT), Counter(LEFT_OUT.values()))
    again = index_folder(tree, database, MODEL, excludes=Excludes(["deep"]))
    assert (again.gone, again.excluded["deep"]) == (1, 1)


def test_verbs_tell_what_they_left_out(tree: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    told = "left out by pattern: 1 #recycle, 1 $RECYCLE.BIN, 1 *.lrdata, "
    hint = "1 deep; to read them, too: --no-default-excludes"
    done = run(app, ["analyze", str(tree), "--exclude", "deep", "-f", "jsonl"])
    assert done.exit_code == 0
    assert told in done.stderr and hint in done.stderr
    index = ["album", "index", str(tree), "--database", str(tmp_path / "a.sqlite3")]
    done = run(app, [*index, "--exclude", "deep", "--workers", "1"])
    assert done.exit_code == 0
    assert told in done.stderr and hint in done.stderr


def test_videos_in_trash_are_not_found(tmp_path: Path) -> None:
    for name in ("a.mp4", "#recycle/b.mp4", ".c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert find_videos([str(tmp_path)]) == [str(tmp_path / "a.mp4")]
