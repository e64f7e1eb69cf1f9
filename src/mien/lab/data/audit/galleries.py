"""Which pictures the page shows, with what stands below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mien.lab.data.audit.audit import Audit
from mien.lab.data.audit.duplicates import DuplicateGroup, NearPair
from mien.lab.data.faces import FaceData
from mien.lab.data.sample import sample_rows
from mien.lab.pages.contact_sheet import contact_sheet
from mien.lab.pages.picture import Picture, png_data_uri

T = TypeVar("T")

MOST_PICTURES = 24
SUSPECTS_A_LABEL = 6


@dataclass(frozen=True)
class Galleries:
    """All pictures of the page; a tuple is empty where there is nothing to show."""

    sheets: tuple[Picture, ...]
    blanks: tuple[Picture, ...]
    conflicts: tuple[Picture, ...]
    largest: tuple[Picture, ...]
    near: tuple[Picture, ...]
    families: tuple[Picture, ...]
    suspects: tuple[tuple[str, tuple[Picture, ...]], ...]
    not_faces: tuple[Picture, ...]


def make_galleries(audit: Audit, data: FaceData) -> Galleries:
    """Choose and encode the pictures; the same every time."""
    conflicts = [group for group in audit.duplicates.exact if not group.labels_agree]
    agreeing = [group for group in audit.duplicates.exact if group.labels_agree]
    # A family of identical images only is shown above it already.
    families = [
        family
        for family in audit.duplicates.families
        if len({data.images[row].tobytes() for row in family.rows}) > 2
    ]
    return Galleries(
        sheets=tuple(_sheet(data, label) for label in audit.labels if _has(audit, label)),
        blanks=tuple(
            _picture(data, [blank.row], blank.kind, f"{blank.label}, {blank.split}")
            for blank in audit.blanks[: 2 * MOST_PICTURES]
        ),
        conflicts=tuple(_group(data, group) for group in conflicts[:MOST_PICTURES]),
        largest=tuple(_group(data, group) for group in agreeing[: MOST_PICTURES // 3]),
        near=tuple(_pair(data, pair) for pair in _near(audit.duplicates.near_pairs)),
        families=tuple(_family(data, family) for family in families[:3]),
        suspects=_suspects(audit, data),
        not_faces=tuple(
            _picture(data, [row], _label(data, row))
            for row in _spread(
                _distinct(data, audit.agreement.not_faces if audit.agreement else ())
            )
        ),
    )


def _has(audit: Audit, label: str) -> bool:
    return audit.counts[-1].counts[label] > 0


def _label(data: FaceData, row: int) -> str:
    label: str = data.label_set.labels[data.labels[row]]
    return label


def _place(data: FaceData, row: int) -> str:
    return f"row {row:,}"


def _picture(data: FaceData, rows: Sequence[int], *lines: str, columns: int = 2) -> Picture:
    sheet = contact_sheet(data.images[list(rows)], columns)
    named = ", ".join(f"{row:,}" for row in rows)
    return Picture(
        uri=png_data_uri(sheet),
        alt=f"{'Image' if len(rows) == 1 else 'Images'} of row {named}",
        caption=lines if len(rows) > 1 else (*dict.fromkeys((*lines, _place(data, rows[0]))),),
        width=sheet.shape[1],
        height=sheet.shape[0],
    )


def _sheet(data: FaceData, label: str) -> Picture:
    rows = sample_rows(data, label)
    sheet = contact_sheet(data.images[rows])
    return Picture(
        uri=png_data_uri(sheet),
        alt=f"{len(rows)} images labelled {label}, drawn at random",
        caption=(label,),
        width=sheet.shape[1],
        height=sheet.shape[0],
    )


def _tally(names: Iterable[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in Counter(names).most_common())


def _group(data: FaceData, group: DuplicateGroup) -> Picture:
    picture = _picture(data, [group.rows[0]])
    rows = ", ".join(f"{row:,}" for row in group.rows[:4])
    more = len(group.rows) - 4
    return Picture(
        picture.uri,
        f"The image of {len(group.rows)} rows, the first {group.rows[0]:,}",
        (
            _tally(group.labels),
            _tally(group.splits),
            f"rows {rows}" + (f" and {more} more" if more > 0 else ""),
        ),
        picture.width,
        picture.height,
    )


def _pair(data: FaceData, pair: NearPair) -> Picture:
    labels = " / ".join(dict.fromkeys(pair.labels))
    splits = " / ".join(dict.fromkeys(pair.splits))
    rows = " and ".join(f"{row:,}" for row in pair.rows)
    how = f"{pair.correlation:.3f}" + (", mirrored" if pair.mirrored else "")
    return _picture(data, pair.rows, how, labels, splits, f"rows {rows}")


def _family(data: FaceData, family: DuplicateGroup) -> Picture:
    rows = family.rows[:MOST_PICTURES]
    picture = _picture(data, rows, columns=8)
    return Picture(
        picture.uri,
        f"{len(rows)} images of one family, first row {rows[0]:,}",
        (f"{len(family.rows)} images: {_tally(family.labels)}", _tally(family.splits)),
        picture.width,
        picture.height,
    )


def _near(pairs: Sequence[NearPair]) -> list[NearPair]:
    """Mirrored pairs first, then pairs evenly from the most to the least alike."""
    mirrored = [pair for pair in pairs if pair.mirrored][: MOST_PICTURES // 4]
    straight = [pair for pair in pairs if not pair.mirrored]
    return mirrored + _spread(straight, MOST_PICTURES - len(mirrored))


def _spread(items: Sequence[T], count: int = MOST_PICTURES) -> list[T]:
    """Up to ``count`` items, evenly from the first to the last."""
    if len(items) <= count:
        return list(items)
    return [items[int(at)] for at in np.linspace(0, len(items) - 1, count)]


def _distinct(data: FaceData, rows: Sequence[int]) -> list[int]:
    """The rows less those whose image stands in an earlier one of them."""
    return list({data.images[row].tobytes(): row for row in reversed(rows)}.values())[::-1]


def _suspects(audit: Audit, data: FaceData) -> tuple[tuple[str, tuple[Picture, ...]], ...]:
    if audit.agreement is None:
        return ()
    found = []
    for label in audit.labels:
        chosen = [suspect for suspect in audit.agreement.suspects if suspect.label == label]
        pictures = tuple(
            _picture(
                data,
                [one.row],
                f"{one.majority_votes} of {one.votes} say {one.majority}",
                f"{one.label_votes} {label}",
            )
            for one in chosen[:SUSPECTS_A_LABEL]
        )
        if pictures:
            found.append((f"labelled {label}: {len(chosen):,}", pictures))
    return tuple(found)
