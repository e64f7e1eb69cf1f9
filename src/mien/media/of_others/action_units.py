"""FACS action units as far as blendshapes tell of them: an approximation that nobody certified."""

from __future__ import annotations

from mien.face_signs import FaceSigns

ACTION_UNITS: dict[int, tuple[str, ...]] = {
    1: ("browInnerUp",),
    2: ("browOuterUpLeft", "browOuterUpRight"),
    4: ("browDownLeft", "browDownRight"),
    5: ("eyeWideLeft", "eyeWideRight"),
    6: ("cheekSquintLeft", "cheekSquintRight"),
    7: ("eyeSquintLeft", "eyeSquintRight"),
    9: ("noseSneerLeft", "noseSneerRight"),
    10: ("mouthUpperUpLeft", "mouthUpperUpRight"),
    12: ("mouthSmileLeft", "mouthSmileRight"),
    14: ("mouthDimpleLeft", "mouthDimpleRight"),
    15: ("mouthFrownLeft", "mouthFrownRight"),
    17: ("mouthShrugLower",),
    20: ("mouthStretchLeft", "mouthStretchRight"),
    23: ("mouthRollUpper", "mouthRollLower"),
    24: ("mouthPressLeft", "mouthPressRight"),
    25: ("mouthLowerDownLeft", "mouthLowerDownRight"),
    26: ("jawOpen",),
    28: ("mouthRollLower",),
    43: ("eyeBlinkLeft", "eyeBlinkRight"),
    45: ("eyeBlinkLeft", "eyeBlinkRight"),
}
"""By number, the blendshapes whose mean is taken: ARKit's definitions beside those of FACS (Ekman,
Friesen and Hager 2002)."""


def action_unit(signs: FaceSigns, number: int) -> float:
    """How far a unit seems to be there, 0 to 1."""
    names = ACTION_UNITS[number]
    return sum(signs.blendshapes[name] for name in names) / len(names)
