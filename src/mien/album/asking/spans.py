"""What people type for a range of dates or of numbers, as numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mien.errors import UsageError

DATE_PATTERN = (
    "([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
"""What ``time_span`` takes, as a regular expression."""

_DATE = re.compile(DATE_PATTERN)
_RANGE = re.compile(r"(\d+)?(\.\.)?(\d+)?")


def time_span(text: str, option: str) -> tuple[float, float]:
    """Beginning and end of what a date names, in seconds since 1970 on the camera's clock.

    ``2019`` is a year, ``2019-07`` a month, ``2019-07-04`` a day, ``2019-07-04T12:30`` a minute.

    Raises
    ------
    UsageError
        If it is no date.
    """
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None or (found[4] and not found[3]):
            raise ValueError
        year, month, day, hour, minute, second = (
            int(part) if part else None for part in found.groups()
        )
        begin = datetime(
            year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC
        )
        if month is None:
            end = begin.replace(year=begin.year + 1)
        elif day is None:
            end = (begin + timedelta(days=31)).replace(day=1)
        else:
            length = (
                {"days": 1}
                if hour is None
                else {"minutes": 1}
                if second is None
                else {"seconds": 1}
            )
            end = begin + timedelta(**length)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no date", where=option, hint="try: 2019, 2019-07 or 2019-07-04"
        ) from None
    return begin.timestamp(), end.timestamp()


def number_range(text: str, option: str) -> tuple[int, int | None]:
    """``3``, ``2..5``, ``2..`` or ``..4`` as the least and the most; None is without limit.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    found = _RANGE.fullmatch(text.strip())
    if found and (found[1] or found[3]) and (found[2] or not found[3]):
        least = int(found[1] or 0)
        most = least if not found[2] else int(found[3]) if found[3] else None
        if most is None or least <= most:
            return least, most
    raise UsageError(f"{text!r} is no range", where=option, hint="try: 3, 2..5, 2.. or ..4")


def range_text(span: tuple[int, int | None]) -> str:
    """What ``number_range`` reads as this: ``2..5``, ``2..``."""
    least, most = span
    return f"{least}..{'' if most is None else most}"
