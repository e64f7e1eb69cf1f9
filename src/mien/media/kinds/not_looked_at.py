"""Files that people keep among their photos and that are not read as such."""

from __future__ import annotations

from collections.abc import Mapping

from mien.media.kinds.raw_photo import RAW_SUFFIXES
from mien.wording import count

VIDEO_SUFFIXES = frozenset(
    """
    .3g2 .3gp .asf .avi .flv .m2ts .m2v .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .ts .vob
    .webm .wmv
    """.split()  # noqa: SIM905 (a list of thirty short words)
)
"""Suffixes of videos, in lower case."""

_RAW, _JPEG_XL, _VIDEO, _EDITORS = "raw photo", "JPEG XL picture", "video", "editor's file"
_KINDS = (
    dict.fromkeys(RAW_SUFFIXES, _RAW)
    | {".jxl": _JPEG_XL}
    | dict.fromkeys(VIDEO_SUFFIXES, _VIDEO)
    | dict.fromkeys((".psd", ".psb", ".xcf", ".kra", ".afphoto"), _EDITORS)
)
_HINTS = {
    _RAW: "a raw photo with a full preview is read when it is named itself",
    _JPEG_XL: "export JPEG XL as JPEG",
    _VIDEO: "videos are for mien video",
}


def kind_passed_over(suffix: str) -> str | None:
    """What kind of picture or video a suffix, in lower case, stands for that folders leave out."""
    return _KINDS.get(suffix)


def told(passed_over: Mapping[str, int]) -> str:
    """One line: ``passed over: 3 raw photos, 1 video; …``."""
    parts = [count(passed_over[kind], kind) for kind in sorted(passed_over)]
    hints = [_HINTS[kind] for kind in sorted(passed_over) if kind in _HINTS]
    return "; ".join([f"passed over: {', '.join(parts)}", *hints])


_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1")
_HEADS = {
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"8BPS": "a Photoshop file",
    b"gimp xcf": "a GIMP file",
    b"%PDF": "a PDF document",
    b"v/1\x01": "an OpenEXR picture",
    b"#?RADIANCE": "a Radiance HDR picture",
    b"\0\0\x01\0": "an icon",
    b"II\xbc\x01": "a JPEG XR picture",
    b"DDS ": "a texture (DDS)",
}
_VIDEO_HEADS = (b"\x1aE\xdf\xa3", b"FLV\1", b"OggS", b"\0\0\1\xba", b"0&\xb2u\x8ef\xcf\x11")
_TS_PACKET, _TS_MARK = 188, b"\x47"


def is_video(head: bytes) -> bool:
    """Whether a file that is no picture begins as videos do; ``head`` are its first 400 bytes."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return head[8:12] not in _STILL_BRANDS
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return True
    places = (head[at : at + 1] for at in (0, _TS_PACKET, 2 * _TS_PACKET))
    return head.startswith(_VIDEO_HEADS) or all(place == _TS_MARK for place in places)


def other_format(head: bytes) -> str | None:
    """What a file is, by its first bytes, if its kind is known; with an article."""
    return next((name for mark, name in _HEADS.items() if head.startswith(mark)), None)
