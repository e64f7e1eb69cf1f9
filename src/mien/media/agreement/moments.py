"""Mien's answers and the coders' laid side by side, at a fixed rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.emotions import UNSURE
from mien.errors import UsageError
from mien.media.agreement.code_words import meaning
from mien.media.agreement.codes import Code, CodedRecording
from mien.media.agreement.read_rows import ReadRecording

MISSING, NOT_SURE = -1, -2
"""In the place of a label: nothing was said; unsure was said."""


@dataclass(frozen=True, slots=True)
class LinedUp:
    """One recording at moments ``k / rate``.

    Attributes
    ----------
    recording : ReadRecording
    times : ndarray of shape (m,), float64
        Seconds.
    labels : ndarray of shape (raters, m), int64
        Mien first, then the coders; positions among the labels, ``MISSING`` or ``NOT_SURE``.
    values : ndarray of shape (raters, m), float64
        NaN where there is none.
    nearest : ndarray of shape (m,), int64
        Mien's frame, or ``MISSING`` where the face was not seen.
    """

    recording: ReadRecording
    times: NDArray[np.float64]
    labels: NDArray[np.int64]
    values: NDArray[np.float64]
    nearest: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moments:
    """All recordings that somebody coded.

    Attributes
    ----------
    labels : tuple of str
        Those that Mien or a coder used.
    coders : tuple of str
    recordings : tuple of LinedUp
    unknown : dict of str to int
        Words that nobody knows, and how many codes have them; they are left out.
    doubled : dict of str to int
        By coder: moments at which two of their codes contradict each other; they are left out.
    """

    labels: tuple[str, ...]
    coders: tuple[str, ...]
    recordings: tuple[LinedUp, ...]
    unknown: dict[str, int]
    doubled: dict[str, int]


def line_up(
    read: Sequence[ReadRecording],
    coded: Sequence[CodedRecording],
    *,
    rate: float,
    words: Mapping[str, str],
    shift: float = 0.0,
    between: str | None = None,
    scale: tuple[float, float, float, float] | None = None,
) -> Moments:
    """Find what everybody said at the same moments.

    A stretch counts at the moments from its start on and before its end, a point at the moment
    nearest to it. Mien's answer is that of the nearest frame, if there is one within half a moment
    (or half the time between two frames, where that is longer).

    Parameters
    ----------
    rate : float
        Moments a second.
    words : mapping of str to str
        What the coders' words mean, see ``read_words``.
    shift : float
        Seconds that are added to the coders' times.
    between : str, optional
        What moments without a code mean, from a coder's first code of a recording to the last;
        None: nothing was said then.
    scale : tuple of 4 float, optional
        Lowest and highest of the coders' values, and of Mien's, onto which they are brought.

    Raises
    ------
    UsageError
        If codes are about a recording that Mien's table does not have, or about several.
    """
    coders = tuple(dict.fromkeys(each.coder for each in coded))
    unknown: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    by_recording: dict[int, list[tuple[int, list[tuple[Code, str]]]]] = {}
    for each in coded:
        at = _meant(each, read)
        codes = []
        for code in each.codes:
            label = "" if not code.label else meaning(code.label, words)
            if label is None:
                unknown[code.label] += 1
                label = ""
            codes.append((code.shifted(shift), label))
        by_recording.setdefault(at, []).append((coders.index(each.coder), codes))
    used = {label for one in by_recording for label in read[one].labels}
    used |= {label for theirs in by_recording.values() for _, codes in theirs for _, label in codes}
    if between is not None:
        used.add(between)
    labels = tuple(sorted(used - {"", UNSURE}))
    lined = []
    for at, theirs in sorted(by_recording.items()):
        one = read[at]
        ends = [
            code.start if code.end is None else code.end for _, codes in theirs for code, _ in codes
        ]
        last = max([*ends, float(one.times[-1])])
        times = np.arange(int(np.floor(last * rate + 0.5)) + 1) / rate
        nearest = _nearest(one, times, rate)
        found = np.full((1 + len(coders), len(times)), MISSING, np.int64)
        values = np.full(found.shape, np.nan)
        seen = nearest != MISSING
        own = np.array([_place(label, labels) for label in one.labels], dtype=np.int64)
        found[0, seen], values[0, seen] = own[nearest[seen]], one.values[nearest[seen]]
        for coder in {coder for coder, _ in theirs}:
            codes = [code for number, codes in theirs if number == coder for code in codes]
            found[1 + coder], values[1 + coder], twice = _said(codes, labels, times, rate, between)
            if twice:
                doubled[coders[coder]] += twice
        if scale is not None:
            low, high, to_low, to_high = scale
            values[1:] = to_low + (values[1:] - low) / (high - low) * (to_high - to_low)
        lined.append(LinedUp(one, times, found, values, nearest))
    return Moments(labels, coders, tuple(lined), dict(unknown), dict(doubled))


def _meant(coded: CodedRecording, read: Sequence[ReadRecording]) -> int:
    if not coded.recording and len(read) == 1:
        return 0
    found = [at for at, one in enumerate(read) if one.is_called(coded.recording, coded.session)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in read[:5]) + (", …" if len(read) > 5 else "")
    what = (
        f"does not say of which recording ({names}) its codes are"
        if not coded.recording
        else f"{coded.recording!r} is none of the recordings of Mien's table ({names})"
        if not found
        else f"{coded.recording!r} can be {len(found)} recordings"
    )
    raise UsageError(
        what, where=coded.where, hint="a column recording with the file's name says it"
    )


def _nearest(one: ReadRecording, times: NDArray[np.float64], rate: float) -> NDArray[np.int64]:
    reach = max(0.5 / rate, one.step / 2) + 1e-6
    after = np.searchsorted(one.times, times)
    before = np.clip(after - 1, 0, len(one.times) - 1)
    after = np.clip(after, 0, len(one.times) - 1)
    nearer = np.abs(one.times[before] - times) <= np.abs(one.times[after] - times)
    best = np.where(nearer, before, after)
    return np.where(np.abs(one.times[best] - times) <= reach, best, MISSING)


def _place(label: str, labels: tuple[str, ...]) -> int:
    return NOT_SURE if label == UNSURE else labels.index(label) if label else MISSING


def _said(
    codes: list[tuple[Code, str]],
    labels: tuple[str, ...],
    times: NDArray[np.float64],
    rate: float,
    between: str | None,
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    said = np.full(len(times), MISSING, np.int64)
    values = np.full(len(times), np.nan)
    twice = np.zeros(len(times), bool)
    covered = np.zeros(len(times), bool)
    for code, label in codes:
        if code.end is None:
            first = int(np.floor(code.start * rate + 0.5))
            here = slice(max(0, first), max(0, first + 1))
        else:
            edges = np.ceil(np.array([code.start, code.end]) * rate - 1e-6).astype(int)
            here = slice(*np.maximum(edges, 0))
        covered[here] = True
        if label:
            place = _place(label, labels)
            twice[here] |= (said[here] != MISSING) & (said[here] != place)
            said[here] = place
        if code.value is not None:
            values[here] = code.value
    said[twice] = MISSING
    if between is not None and covered.any():
        inside = np.flatnonzero(covered)
        span = np.arange(len(times))
        free = ~covered & (span >= inside[0]) & (span <= inside[-1])
        said[free] = _place(between, labels)
    return said, values, int(twice.sum())
