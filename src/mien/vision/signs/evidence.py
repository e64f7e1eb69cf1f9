"""Which signs speak for which word: measured by covering them, not asserted."""

SPEAKS_FOR: dict[str, tuple[str, ...]] = {
    "happy": ("smile", "upper_lip_up"),
    "surprise": ("jaw_open", "eyes_wide"),
    "angry": ("jaw_open", "lower_lip_down"),
}
"""By word, from ``benchmarks/results/signs-of-words.md``: signs that go with the word shown on one
half of the persons, and whose covering lowers its probability on the other half, both ways round.
Sad, fear and disgust have none: their signs were too few or too faint there to say so."""
