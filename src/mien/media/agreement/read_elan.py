"""Codes out of ELAN's annotation files (EAF 2.x and 3.0): each tier is a coder's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

from mien.errors import DataError, UsageError, did_you_mean
from mien.media.agreement.codes import Code, CodedRecording


def read_elan(path: Path, coder: str, tiers: Sequence[str]) -> list[CodedRecording]:
    """Read the tiers of a file that have times of their own.

    The coder is ``coder``, else the tier's annotator, else the tier's name. The recording is the
    linked media file, else the file's own name.

    Parameters
    ----------
    path : Path
    coder : str
        Empty where it was not said.
    tiers : sequence of str
        Names of the tiers to read; all when empty.

    Raises
    ------
    DataError
        If it cannot be read.
    UsageError
        If it has no such tier.
    """
    try:
        content = path.read_bytes()
        # Entities are of no use in EAF, and can be made to grow without bounds.
        if b"<!ENTITY" in content:
            raise DataError("is no file of ELAN (it defines entities)", where=path)
        root = ElementTree.fromstring(content)
        if root.tag != "ANNOTATION_DOCUMENT":
            raise DataError("is no file of ELAN", where=path)
        slots = {
            slot.attrib["TIME_SLOT_ID"]: float(slot.attrib["TIME_VALUE"]) / 1000
            for slot in root.iter("TIME_SLOT")
            if "TIME_VALUE" in slot.attrib
        }
        named = {tier.attrib["TIER_ID"]: tier for tier in root.iter("TIER")}
        for name in tiers:
            if name not in named:
                raise UsageError(f"no tier {name!r}", where=path, hint=did_you_mean(name, named))
        recording = _media(root) or path.stem
        return [
            CodedRecording(coder or tier.get("ANNOTATOR") or name, recording, "", codes, str(path))
            for name, tier in named.items()
            if (not tiers or name in tiers) and (codes := _codes(tier, slots))
        ]
    except (OSError, ElementTree.ParseError, KeyError, ValueError) as error:
        raise DataError(f"cannot be read ({error})", where=path) from error


def _media(root: ElementTree.Element) -> str:
    for media in root.iter("MEDIA_DESCRIPTOR"):
        address = media.get("RELATIVE_MEDIA_URL") or media.get("MEDIA_URL") or ""
        if address:
            return PurePosixPath(unquote(address).replace("\\", "/")).name
    return ""


def _codes(tier: ElementTree.Element, slots: dict[str, float]) -> tuple[Code, ...]:
    found = []
    for each in tier.iter("ALIGNABLE_ANNOTATION"):
        start = slots.get(each.attrib["TIME_SLOT_REF1"])
        end = slots.get(each.attrib["TIME_SLOT_REF2"])
        word = (each.findtext("ANNOTATION_VALUE") or "").strip()
        if start is not None and end is not None and end > start and word:
            found.append(Code(start, end, word))
    return tuple(found)
