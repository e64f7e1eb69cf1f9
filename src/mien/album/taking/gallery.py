"""An answer as one HTML page: each photo, and each face with its bars, so that one sees why."""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote_from_bytes

from mien.album.asking.hits import Hit, HitFace
from mien.album.asking.rank import LEAST_BRIGHTNESS, LEAST_SHARPNESS, LEAST_SIZE
from mien.album.indexing.photo import Photo, read_photo
from mien.album.pictures import FACE_SIDE, Pixels, cut_face, encode_jpeg, jpeg_uri, scaled
from mien.album.taking.listing import shown_path
from mien.emotions import COLOURS
from mien.errors import ImageError
from mien.media.image import open_error
from mien.media.results.output import open_output
from mien.version import __version__

_PHOTO_SIDE = 720
_FACES_SHOWN = 6
_BARS = 3
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class PhotoPictures:
    """The pictures of one photo as data URIs.

    Attributes
    ----------
    photo : str
    faces : tuple of str
        Of its first faces, in order.
    """

    photo: str
    faces: tuple[str, ...]


def write_gallery(
    path: Path, hits: Iterable[Hit], *, title: str, subtitle: str, emotion: str
) -> None:
    """Write the page of ``gallery_page``.

    Raises
    ------
    OutputError
        If the page cannot be written; one that was there stays.
    """
    with open_output(path) as stream:
        for part in gallery_page(hits, title=title, subtitle=subtitle, emotion=emotion):
            stream.write(part.encode())


def photo_pictures(hit: Hit) -> PhotoPictures:
    """The photo at the page's size, and its faces cut out.

    Raises
    ------
    ImageError
        If the photo cannot be read.
    """
    photo = _read(hit)
    side = max(photo.image.shape[:2])
    small = scaled(photo.image, min(1.0, _PHOTO_SIDE / side))
    faces = hit.faces[:_FACES_SHOWN]
    return PhotoPictures(_uri(small), tuple(_uri(cut_face(photo, face.xyxy)) for face in faces))


def _read(hit: Hit) -> Photo:
    try:
        content = Path(hit.path).read_bytes()
    except (OSError, ValueError) as error:
        raise open_error(error, hit.path) from error
    smallest = min((min(_sides(face)) for face in hit.faces[:_FACES_SHOWN]), default=0.0)
    least = float(_PHOTO_SIDE * _PHOTO_SIDE)
    if smallest:
        least = max(least, hit.width * hit.height * (FACE_SIDE / smallest) ** 2)
    least = min(least, hit.width * hit.height)
    return read_photo(content, hit.path, least_pixels=int(least), turned=hit.turned)


def _sides(face: HitFace) -> tuple[float, float]:
    left, top, right, bottom = face.xyxy
    return max(right - left, 1.0), max(bottom - top, 1.0)


def _uri(image: Pixels) -> str:
    return jpeg_uri(encode_jpeg(image))


def gallery_page(hits: Iterable[Hit], *, title: str, subtitle: str, emotion: str) -> Iterator[str]:
    """The page, piece by piece. It holds all its pictures, loads nothing and runs no script.

    Photos are read anew for it, one at a time; one that cannot be read any more has its reason in
    its place.

    Parameters
    ----------
    hits : iterable of Hit
    title, subtitle : str
    emotion : str
        A label whose bar is among those of each face, or an expression.
    """
    style = (
        importlib.resources.files("mien.album.taking").joinpath("gallery.css").read_text("utf-8")
    )
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<h1>{escape(title)}</h1>\n<p class="soft">{escape(subtitle)}</p>\n'
        '<ol class="photos">\n'
    )
    for hit in hits:
        yield _card(hit, emotion)
    yield (
        '</ol>\n<p class="soft">An expression is how a face looks, not what a person feels. '
        f"Made by Mien {__version__}.</p>\n</body>\n</html>\n"
    )


def _card(hit: Hit, emotion: str) -> str:
    name = escape(Path(shown_path(hit.path)).name)
    address = "file://" + quote_from_bytes(os.fsencode(hit.path))
    try:
        pictures = photo_pictures(hit)
        shown = f'<img src="{pictures.photo}" alt="{_described(hit)}" loading="lazy">'
    except ImageError as error:
        pictures = PhotoPictures("", ())
        shown = f'<span class="missing">{escape(error.what)}</span>'
    taken = (hit.taken_text or "")[:16].replace("T", " ")
    place = "" if hit.place is None else f"{hit.place[0]:.5f}, {hit.place[1]:.5f}"
    cut_off = "cut off" if hit.incomplete else ""
    details = " · ".join(filter(None, (f"score {hit.score:.3f}", taken, place, cut_off)))
    faces = "".join(
        f"<li{'' if face.counted else ' class=aside'}>"
        f'<img src="{uri}" alt="Face {number}" width="144" height="144">'
        f"<div>{_bars(face, emotion)}</div></li>"
        for number, (face, uri) in enumerate(zip(hit.faces, pictures.faces, strict=False), start=1)
    )
    more = len(hit.faces) - len(pictures.faces)
    if pictures.faces and more > 0:
        faces += f'<li><span class="note soft">and {more} more</span></li>'
    return (
        f'<li><a class="photo" href="{escape(address)}">{shown}'
        f'<span class="rank">{hit.rank}</span></a>\n<div class="words"><p class="name" '
        f'title="{escape(shown_path(hit.path))}">{name}</p>'
        f'<p class="soft score">{escape(details)}</p>\n<ul class="faces">{faces}</ul></div></li>\n'
    )


def _described(hit: Hit) -> str:
    counted = [face for face in hit.faces if face.counted]
    words = ", ".join(f"{f.top_emotion} {f.probabilities[f.top_emotion]:.0%}" for f in counted)
    return escape(f"Photo with {len(hit.faces)} faces: {words}")


def _bars(face: HitFace, emotion: str) -> str:
    ordered: Sequence[str] = sorted(face.probabilities, key=lambda name: -face.probabilities[name])
    names = ordered[:_BARS]
    if emotion in face.probabilities and emotion not in names:
        names = [*names[:-1], emotion]
    rows = "".join(
        f"<span{' class=asked' if name == emotion else ''}>{escape(name)}</span>"
        f'<span class="bar"><span style="width:{face.probabilities[name]:.1%};'
        f'--colour:{COLOURS.get(name, "#888888")}"></span></span>'
        f"<span>{face.probabilities[name]:.0%}</span>"
        for name in names
    )
    notes = [f"not counted: {', '.join(_faults(face)) or 'by the question'}"] * (not face.counted)
    notes += ["unsure"] if face.unsure and face.counted else []
    note = f'<span class="note soft">{"; ".join(notes)}</span>' if notes else ""
    return f'<div class="bars">{rows}{note}</div>'


def _faults(face: HitFace) -> Iterator[str]:
    """What speaks against a face, in words: the usual reasons why one does not count."""
    if face.size < LEAST_SIZE:
        yield "small"
    if face.sharpness < LEAST_SHARPNESS:
        yield "blurred"
    if face.brightness is not None and face.brightness < LEAST_BRIGHTNESS:
        yield "dark"
    if face.unsure:
        yield "unsure"
