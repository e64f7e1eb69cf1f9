"""Hits as one HTML page: each photo, and each face with its bars, so that one sees why."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes

from mien.album.asking.hits import Hit, HitFace
from mien.album.asking.question import Question
from mien.album.indexing.photo import Photo, read_photo
from mien.album.pictures import FACE_SIDE, Pixels, cut_face, encode_jpeg, jpeg_uri, scaled
from mien.album.taking.listing import shown_path
from mien.emotions import COLOURS, OTHER_COLOUR
from mien.errors import ImageError
from mien.media.image import open_error
from mien.media.results.output import open_output
from mien.templates import template_environment
from mien.version import __version__
from mien.wording import count

_PHOTO_SIDE = 720
_FACES_SHOWN = 6
_BARS = 3
_USUAL = Question()


@dataclass(frozen=True, slots=True)
class _Bar:
    """A label and its probability; ``asked`` marks the one that was asked for."""

    label: str
    probability: float
    colour: str
    asked: bool


@dataclass(frozen=True, slots=True)
class _ShownFace:
    """What the template says of a face; ``picture`` is a data URI, ``faults`` are words."""

    picture: str
    counted: bool
    unsure: bool
    faults: tuple[str, ...]
    bars: tuple[_Bar, ...]


@dataclass(frozen=True, slots=True)
class _ShownPhoto:
    """What the template says of a photo: ``picture`` is a data URI, or empty with the reason."""

    rank: int
    address: str
    path: str
    name: str
    described: str
    details: str
    picture: str
    missing: str
    faces: tuple[_ShownFace, ...]
    further: int


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
    template = template_environment("mien.album.taking").get_template("gallery.html.jinja")
    photos = (_shown_photo(hit, emotion) for hit in hits)
    return template.generate(title=title, subtitle=subtitle, photos=photos, version=__version__)


def _shown_photo(hit: Hit, emotion: str) -> _ShownPhoto:
    shown = hit.faces[:_FACES_SHOWN]
    picture = missing = ""
    faces: tuple[_ShownFace, ...] = ()
    try:
        photo = _read(hit)
    except ImageError as error:
        missing = error.what
    else:
        picture = _uri(scaled(photo.image, min(1.0, _PHOTO_SIDE / max(photo.image.shape[:2]))))
        faces = tuple(
            _ShownFace(
                picture=_uri(cut_face(photo, face.xyxy)),
                counted=face.counted,
                unsure=face.unsure,
                faults=tuple(_faults(face)),
                bars=_bars(face, emotion),
            )
            for face in shown
        )
    taken = (hit.taken_text or "")[:16].replace("T", " ")
    place = "" if hit.place is None else f"{hit.place[0]:.5f}, {hit.place[1]:.5f}"
    cut_off = "cut off" if hit.incomplete else ""
    path = shown_path(hit.path)
    return _ShownPhoto(
        rank=hit.rank,
        address="file://" + quote_from_bytes(os.fsencode(hit.path)),
        path=path,
        name=Path(path).name,
        described=_described(hit),
        details=" · ".join(filter(None, (f"score {hit.score:.3f}", taken, place, cut_off))),
        picture=picture,
        missing=missing,
        faces=faces,
        further=len(hit.faces) - len(faces) if faces else 0,
    )


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


def _described(hit: Hit) -> str:
    counted = [face for face in hit.faces if face.counted]
    words = ", ".join(f"{f.top_emotion} {f.probabilities[f.top_emotion]:.0%}" for f in counted)
    return f"Photo with {count(len(hit.faces), 'face')}: {words}"


def _bars(face: HitFace, emotion: str) -> tuple[_Bar, ...]:
    """The highest probabilities, and that of the emotion in the last one's place."""
    labels = sorted(face.probabilities, key=lambda label: -face.probabilities[label])[:_BARS]
    if emotion in face.probabilities and emotion not in labels:
        labels[-1] = emotion
    return tuple(
        _Bar(
            label,
            face.probabilities[label],
            COLOURS.get(label, OTHER_COLOUR),
            asked=label == emotion,
        )
        for label in labels
    )


def _faults(face: HitFace) -> Iterator[str]:
    """What speaks against a face, in words: the usual reasons why one does not count."""
    if face.size < _USUAL.min_size:
        yield "small"
    if face.sharpness < _USUAL.min_sharpness:
        yield "blurred"
    if face.brightness is not None and face.brightness < _USUAL.min_brightness:
        yield "dark"
    if face.unsure:
        yield "unsure"
