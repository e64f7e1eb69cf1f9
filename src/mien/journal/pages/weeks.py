"""A journal by weeks: one square a day, by the mood that was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mien.journal.kept.check_in import CheckIn


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its mean mood, 1 to 5, or None without a check-in; and how many check-ins."""

    day: date
    mood: float | None
    check_ins: int

    @property
    def step(self) -> int | None:
        """The mood in whole steps, 1 to 5."""
        return None if self.mood is None else int(self.mood + 0.5)


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; days before the first check-in and after the last are None."""

    monday: date
    days: tuple[Day | None, ...]

    @property
    def begins_month(self) -> bool:
        """Whether a month begins in it."""
        return any((self.monday + timedelta(days=one)).day == 1 for one in range(7))


def weeks_of(check_ins: list[CheckIn]) -> list[Week]:
    """All weeks from the first check-in to the last, by the dates where the person was."""
    if not check_ins:
        return []
    moods: dict[date, list[int]] = {}
    for one in check_ins:
        moods.setdefault(one.day, []).append(one.mood)
    first, last = min(moods), max(moods)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        days = [monday + timedelta(days=one) for one in range(7)]
        weeks.append(
            Week(monday, tuple(_day(day, moods) if first <= day <= last else None for day in days))
        )
        monday += timedelta(days=7)
    return weeks


def _day(day: date, moods: dict[date, list[int]]) -> Day:
    said = moods.get(day, [])
    return Day(day, sum(said) / len(said) if said else None, len(said))
