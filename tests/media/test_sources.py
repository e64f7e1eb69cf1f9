"""What a user types, expanded to pictures."""

from __future__ import annotations

import io
import os
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from mien.errors import ImageError
from mien.media.sources import Source, find_images


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A working folder with ``photos`` in it."""
    monkeypatch.chdir(tmp_path)
    names = ["img10.jpg", "img2.JPG", "IMG1.png", "notes.txt", ".hidden.jpg", "b/z.webp", "b/a.gif"]
    names += ["a b/ünïcode 写真.png", ".cache/thumb.jpg", "c/deep/er/x.tiff", "c/phone.HEIC"]
    for name in names:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2)).save(path, "PNG")
    return tmp_path


ALL = [
    "photos/IMG1.png",
    "photos/img2.JPG",
    "photos/img10.jpg",
    "photos/a b/ünïcode 写真.png",
    "photos/b/a.gif",
    "photos/b/z.webp",
    "photos/c/phone.HEIC",
    "photos/c/deep/er/x.tiff",
]


def found(*paths: str | Path) -> list[str]:
    sources = find_images(paths)
    assert [source.error for source in sources] == [None] * len(sources)
    return [source.path for source in sources]


def the_error(*paths: str | Path) -> str:
    (source,) = find_images(paths)
    assert isinstance(source.error, ImageError)
    with pytest.raises(ImageError):
        source.read()
    return str(source.error)


def test_a_folder_gives_its_pictures_in_natural_order(tree):
    assert found("photos") == ALL


def test_paths_are_as_the_user_named_them(tree):
    assert found("./photos/b") == ["./photos/b/a.gif", "./photos/b/z.webp"]
    assert found(tree / "photos" / "b")[0] == str(tree / "photos" / "b" / "a.gif")


def test_a_named_file_is_taken_whatever_its_suffix(tree):
    assert found("photos/notes.txt") == ["photos/notes.txt"]
    assert found("photos/.hidden.jpg") == ["photos/.hidden.jpg"]


def test_other_files_are_taken_besides_where_that_is_asked_for(tree):
    Image.new("RGB", (2, 2)).save(tree / "photos" / "b" / "b.MP4", "PNG")
    passed_over = Counter()
    sources = find_images(["photos/b"], passed_over=passed_over, besides={".mp4"})
    assert [source.path for source in sources] == [
        "photos/b/a.gif", "photos/b/b.MP4", "photos/b/z.webp",
    ]  # fmt: skip
    assert not passed_over
    assert found("photos/b") == ["photos/b/a.gif", "photos/b/z.webp"]


def test_a_hidden_folder_can_be_named(tree):
    assert found("photos/.cache") == ["photos/.cache/thumb.jpg"]


def test_arguments_keep_their_order_and_a_file_comes_once(tree):
    paths = ["photos/img10.jpg", "photos", "photos/../photos/IMG1.png", tree / "photos/img2.JPG"]
    assert found(*paths) == ["photos/img10.jpg", *(p for p in ALL if p != "photos/img10.jpg")]


def test_a_folder_named_twice_is_not_empty_the_second_time(tree):
    assert found("photos/b", "photos", "photos/b") == [
        *ALL[4:6],
        *(p for p in ALL if p not in ALL[4:6]),
    ]


def test_a_link_to_a_picture_is_the_same_picture(tree):
    (tree / "photos" / "b" / "link.png").symlink_to(tree / "photos" / "IMG1.png")
    assert "photos/b/link.png" not in found("photos")
    assert found("photos/b/link.png") == ["photos/b/link.png"]


def test_links_to_folders_are_followed_and_loops_end(tree):
    (tree / "photos" / "c" / "up").symlink_to(tree / "photos")
    (tree / "elsewhere").mkdir()
    Image.new("RGB", (2, 2)).save(tree / "elsewhere" / "e.png")
    (tree / "photos" / "c" / "link").symlink_to(tree / "elsewhere")
    (tree / "photos" / "c" / "self").symlink_to("self")
    assert found("photos") == [*ALL, "photos/c/link/e.png"]


def test_a_broken_link_is_reported_when_it_is_read(tree):
    (tree / "photos" / "b" / "broken.jpg").symlink_to("nowhere.jpg")
    sources = find_images(["photos/b"])
    assert [source.path for source in sources][1] == "photos/b/broken.jpg"
    with pytest.raises(ImageError, match="no such file"):
        sources[1].read()


def test_a_pipe_in_a_folder_is_left_alone(tree):
    os.mkfifo(tree / "photos" / "b" / "pipe.jpg")
    assert found("photos/b") == ALL[4:6]


def test_a_missing_path_does_not_stop_the_rest(tree):
    sources = find_images(["missing.jpg", "photos/b", "photos/b/a.gif/x"])
    assert [source.path for source in sources] == ["missing.jpg", *ALL[4:6], "photos/b/a.gif/x"]
    assert str(sources[0].error) == "missing.jpg: no such file; check the spelling"
    assert sources[1].error is None
    assert "no such file" in str(sources[3].error)


def test_a_folder_without_pictures_is_an_error(tree):
    (tree / "photos" / "empty").mkdir()
    assert "has no pictures in it" in the_error("photos/empty")
    assert found("photos") == ALL


@pytest.mark.parametrize("name", ["a\0b.jpg", "x" * 5000])
def test_names_that_no_file_can_have(name):
    assert str(the_error(name)).endswith("name") or "too long" in the_error(name)


def test_an_unreadable_folder_is_reported_and_the_rest_still_done(tree, monkeypatch):
    """A real refusal, which root does not get, is raised in the place of the real call."""
    scandir = os.scandir

    def refuse(folder):
        if str(folder).endswith("photos/b"):
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    sources = find_images(["photos"])
    assert [source.path for source in sources] == [*ALL[:4], "photos/b", *ALL[6:]]
    assert "no permission to look into this folder" in str(sources[4].error)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_is_really_unreadable(tree):
    (tree / "photos" / "b").chmod(0)
    try:
        assert "no permission" in the_error("photos/b")
    finally:
        (tree / "photos" / "b").chmod(0o755)


# Patterns


def test_a_star_takes_pictures_by_suffix(tree):
    assert found("photos/*") == [*ALL[3:], *ALL[:3]]
    assert found("photos/?/*") == [ALL[4], ALL[5], ALL[7], ALL[6]]


def test_a_pattern_with_a_suffix_takes_what_it_says(tree):
    assert found("photos/*.txt") == ["photos/notes.txt"]
    assert found("photos/img*.[jJ][pP][gG]") == ["photos/img2.JPG", "photos/img10.jpg"]


def test_two_stars_go_to_any_depth(tree):
    assert found("photos/**/*.tiff") == ["photos/c/deep/er/x.tiff"]
    assert sorted(found("photos/**")) == sorted(ALL)
    assert found(str(tree / "**" / "a.gif")) == [str(tree / "photos/b/a.gif")]


def test_a_pattern_without_a_match_is_an_error(tree):
    assert str(the_error("photos/*.bmp")) == "photos/*.bmp: no picture matches this pattern"


def test_a_name_with_brackets_is_a_name_first(tree):
    Image.new("RGB", (2, 2)).save(tree / "photos" / "me [1].png")
    Image.new("RGB", (2, 2)).save(tree / "photos" / "me 1.png")
    assert found("photos/me [1].png") == ["photos/me [1].png"]


def test_a_name_of_bytes_that_are_not_utf8(tree):
    path = os.fsdecode(b"photos/b/caf\xe9.png")
    try:
        Image.new("RGB", (2, 2)).save(path)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert path in found("photos")
    (source,) = find_images([path])
    assert source.read().image.shape == (2, 2, 3)


# Standard input


class Input:
    """Stands for ``sys.stdin``."""

    def __init__(self, content: bytes, *, terminal: bool = False) -> None:
        self.buffer = io.BytesIO(content)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def test_a_picture_on_standard_input(tree, monkeypatch):
    monkeypatch.setattr("sys.stdin", Input((tree / "photos/IMG1.png").read_bytes()))
    sources = find_images(["-", "photos/b", "-"])
    assert [source.path for source in sources] == ["-", *ALL[4:6]]
    assert sources[0].read().image.shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        (Input(b""), "standard input: the file is empty"),
        (Input(b"hello"), "standard input: is not a picture"),
        (Input(b"", terminal=True), "standard input: no picture comes in"),
        (None, "standard input: no picture comes in"),
    ],
)
def test_standard_input_without_a_picture(monkeypatch, stdin, words):
    monkeypatch.setattr("sys.stdin", stdin)
    with pytest.raises(ImageError, match=words):
        find_images(["-"])[0].read()


def test_a_file_called_dash(tree):
    Image.new("RGB", (3, 3)).save(tree / "-", "PNG")
    (source,) = find_images(["./-"])
    assert source.read().image.shape == (3, 3, 3)


def test_the_limit_on_pixels_is_handed_on(tree):
    with pytest.raises(ImageError, match="limit is 3"):
        Source("photos/IMG1.png").read(max_pixels=3)
