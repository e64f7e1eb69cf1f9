"""Which movements of a face are told, from which blendshapes, from which value on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement.

    Attributes
    ----------
    name, region : str
        As in ``mien.Sign``.
    blendshapes : tuple of str
        By name; ``Left`` and ``Right`` are put behind where ``sided``.
    seen, clear, strong : float
        The blendshape's values from which it is told with a weak word, with none, and with a strong
        one. ``seen`` is about what 95 of 100 faces stay below that people call neutral, in press
        photos that no model was trained on (``benchmarks/signs_of_words.py thresholds``): what the
        network sees in faces at rest is not told.
    action_units : tuple of int
        The FACS units that look so.
    sided : bool
        Whether each side moves by itself.
    """

    name: str
    region: str
    blendshapes: tuple[str, ...]
    seen: float
    clear: float
    strong: float
    action_units: tuple[int, ...]
    sided: bool = True


# cheekSquint, cheekPuff, noseSneer, jawForward and mouthClose stay near 0 in MediaPipe's network
# whatever a face does, so that nothing can be told from them.
MOVEMENTS = (
    Movement("smile", "mouth", ("mouthSmile",), 0.34, 0.5, 0.8, (12,)),
    Movement("frown", "mouth", ("mouthFrown",), 0.14, 0.22, 0.4, (15,)),
    Movement("jaw_open", "mouth", ("jawOpen",), 0.18, 0.28, 0.5, (25, 26), sided=False),
    Movement("upper_lip_up", "mouth", ("mouthUpperUp",), 0.12, 0.35, 0.6, (10, 25)),
    Movement("lower_lip_down", "mouth", ("mouthLowerDown",), 0.45, 0.6, 0.8, (16, 25)),
    Movement("lips_stretched", "mouth", ("mouthStretch",), 0.2, 0.3, 0.5, (20,)),
    Movement("lips_pressed", "mouth", ("mouthPress",), 0.25, 0.33, 0.45, (24,)),
    Movement(
        "lips_in", "mouth", ("mouthRollLower", "mouthRollUpper"), 0.23, 0.32, 0.45, (28,), False
    ),
    Movement("lips_forward", "mouth", ("mouthPucker",), 0.64, 0.8, 0.95, (18,), sided=False),
    Movement("chin_up", "mouth", ("mouthShrugLower",), 0.3, 0.5, 0.8, (17,), sided=False),
    Movement("brows_down", "brows", ("browDown",), 0.6, 0.68, 0.8, (4,)),
    Movement("inner_brows_up", "brows", ("browInnerUp",), 0.6, 0.7, 0.85, (1,), sided=False),
    Movement("outer_brows_up", "brows", ("browOuterUp",), 0.5, 0.6, 0.8, (2,)),
    Movement("eyes_wide", "eyes", ("eyeWide",), 0.06, 0.12, 0.25, (5,)),
    Movement("eyes_narrowed", "eyes", ("eyeSquint",), 0.66, 0.7, 0.78, (7,)),
)

ONE_SIDED = 0.3
"""How much further one side has to move, the other staying unseen, for its side to be told."""

TURNED, BOWED, RAISED, TILTED, LOOKS = 20.0, 19.0, 13.0, 14.0, 18.0
"""Degrees from which a head is told to be turned, bowed, raised or tilted, and eyes to look away:
about what 95 of 100 such faces stay below (a head's pitch is −4 there in the middle)."""

FAR = 1.7
"""Above so many times those degrees it is told with a strong word."""
