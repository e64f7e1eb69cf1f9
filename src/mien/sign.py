"""One thing that is visible in a face or a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that is visible, in words.

    Attributes
    ----------
    name : str
        What it is, in one word: the same for all strengths and languages.
    sentence : str
        For people: ``"corners of the mouth up"``.
    strength : float
        0 (just visible) to 1 (as strong as is seen).
    region : str
        ``"mouth"``, ``"eyes"``, ``"brows"``, ``"head"`` or ``"body"``.
    side : str or None
        ``"left"`` or ``"right"``, the person's own, for a sign of one side; None for both.
    action_units : tuple of int
        The FACS units that look so. Approximate: nobody certified them.
    speaks_for : str or None
        The word shown for the face, where covering such a sign was measured to weaken that word;
        None where it was not.
    """

    name: str
    sentence: str
    strength: float
    region: str
    side: str | None = None
    action_units: tuple[int, ...] = ()
    speaks_for: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
        return {
            "name": self.name,
            "sentence": self.sentence,
            "strength": round(self.strength, 3),
            "region": self.region,
            "side": self.side,
            "action_units": list(self.action_units),
            "speaks_for": self.speaks_for,
        }
