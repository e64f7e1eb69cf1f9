"""Signs in words: short, plain, the most telling first, and only what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mien.face_signs import EYES_CLOSED, Gaze, HeadPose
from mien.sign import Sign
from mien.vision.signs.movements import (
    BOWED,
    FAR,
    LOOKS,
    MOVEMENTS,
    ONE_SIDED,
    RAISED,
    TILTED,
    TURNED,
    Movement,
)

# Weak, plain, strong; for one side, {side} is put in.
_SENTENCES: dict[str, tuple[str, str, str]] = {
    "smile": (
        "corners of the mouth a little up",
        "corners of the mouth up",
        "corners of the mouth far up",
    ),
    "frown": (
        "corners of the mouth a little down",
        "corners of the mouth down",
        "corners of the mouth far down",
    ),
    "jaw_open": ("mouth a little open", "mouth open", "mouth wide open"),
    "upper_lip_up": ("upper lip a little raised", "upper lip raised", "upper lip far raised"),
    "lower_lip_down": (
        "lower lip a little drawn down",
        "lower lip drawn down",
        "lower lip far drawn down",
    ),
    "lips_stretched": (
        "mouth a little stretched sideways",
        "mouth stretched sideways",
        "mouth stretched far sideways",
    ),
    "lips_pressed": (
        "lips lightly pressed together",
        "lips pressed together",
        "lips pressed hard together",
    ),
    "lips_in": ("lips a little drawn in", "lips drawn in", "lips drawn far in"),
    "lips_forward": ("lips a little forward", "lips pushed forward", "lips pushed far forward"),
    "chin_up": ("chin a little pushed up", "chin pushed up", "chin pushed far up"),
    "brows_down": ("brows a little drawn down", "brows drawn down", "brows drawn far down"),
    "inner_brows_up": (
        "inner brows a little raised",
        "inner brows raised",
        "inner brows far raised",
    ),
    "outer_brows_up": (
        "outer brows a little raised",
        "outer brows raised",
        "outer brows far raised",
    ),
    "brows_up": ("brows a little raised", "brows raised", "brows far raised"),
    "eyes_wide": ("eyes a little wide open", "eyes wide open", "eyes very wide open"),
    "eyes_narrowed": ("eyes a little narrowed", "eyes narrowed", "eyes narrowed to slits"),
    "smiling_eyes": (
        "cheeks a little raised, eyes narrowed",
        "cheeks raised, eyes narrowed",
        "cheeks far raised, eyes narrowed",
    ),
    "eyes_closed": ("eyes nearly closed", "eyes closed", "eyes closed"),
    "head_turned": (
        "head a little turned to the {side}",
        "head turned to the {side}",
        "head turned far to the {side}",
    ),
    "head_bowed": ("head a little bowed", "head bowed", "head bowed low"),
    "head_raised": ("head a little raised", "head raised", "head raised high"),
    "head_tilted": (
        "head a little tilted to the {side}",
        "head tilted to the {side}",
        "head tilted far to the {side}",
    ),
    "looks_aside": (
        "looks a little to the {side}",
        "looks to the {side}",
        "looks far to the {side}",
    ),
    "looks_down": ("looks a little down", "looks down", "looks far down"),
    "looks_up": ("looks a little up", "looks up", "looks far up"),
}

_ONE_SIDE: dict[str, tuple[str, str, str]] = {
    "smile": (
        "{side} corner of the mouth a little up",
        "{side} corner of the mouth up",
        "{side} corner of the mouth far up",
    ),
    "frown": (
        "{side} corner of the mouth a little down",
        "{side} corner of the mouth down",
        "{side} corner of the mouth far down",
    ),
    "upper_lip_up": (
        "upper lip a little raised on the {side}",
        "upper lip raised on the {side}",
        "upper lip far raised on the {side}",
    ),
    "outer_brows_up": (
        "{side} brow a little raised",
        "{side} brow raised",
        "{side} brow far raised",
    ),
    "eyes_closed": ("{side} eye nearly closed", "{side} eye closed", "{side} eye closed"),
}

_WITH_A_SMILE = ("upper_lip_up", "lower_lip_down", "lips_stretched", "lips_pressed", "brows_down")
"""What the network sees in a smile, too, and people do not."""

SIGN_NAMES = tuple(_SENTENCES)
"""Every sign that can be told."""


def signs_of(
    blendshapes: Mapping[str, float],
    head: HeadPose,
    gaze: Gaze | None,
    *,
    rest: Mapping[str, float],
) -> tuple[Sign, ...]:
    """What is visible, strongest first.

    Parameters
    ----------
    blendshapes : mapping of str to float
        52, 0 to 1.
    head : HeadPose
    gaze : Gaze or None
    rest : mapping of str to float
        The blendshapes of the same face at rest, as far as known: what a face shows always is not
        a sign. Empty where there is none (a photo).
    """
    moved = {name: _beyond(value, rest.get(name, 0.0)) for name, value in blendshapes.items()}
    found = {sign.name: sign for sign in _movements(moved)}
    _join(found)
    told = [*found.values(), *_eyes(moved), *_head(head), *_looks(head, gaze, moved)]
    if any(sign.name == "eyes_closed" and sign.side is None for sign in told):
        told = [sign for sign in told if sign.name not in ("eyes_narrowed", "eyes_wide")]
    return tuple(sorted(told, key=lambda sign: (sign.region == "head", -sign.strength)))


def _beyond(value: float, rest: float) -> float:
    """How far a movement goes beyond the face's rest, on the scale of one from 0."""
    return max(0.0, value - rest) / max(1.0 - rest, 0.2) if rest > 0 else value


def _movements(moved: Mapping[str, float]) -> Iterator[Sign]:
    for each in MOVEMENTS:
        if not each.sided:
            value = max(moved[name] for name in each.blendshapes)
            if value >= each.seen:
                yield _sign(each, value)
            continue
        (name,) = each.blendshapes
        left, right = moved[f"{name}Left"], moved[f"{name}Right"]
        weaker, further = min(left, right), max(left, right)
        if weaker >= each.seen or (left + right) / 2 >= each.clear:
            yield _sign(each, (left + right) / 2)
        elif each.name in _ONE_SIDE and further >= each.clear and further - weaker >= ONE_SIDED:
            yield _sign(each, further, side="left" if left > right else "right")


def _sign(movement: Movement, value: float, side: str | None = None) -> Sign:
    level = (value >= movement.clear) + (value >= movement.strong)
    sentences = _SENTENCES if side is None else _ONE_SIDE
    return Sign(
        name=movement.name,
        sentence=sentences[movement.name][level].format(side=side),
        strength=_strength(value, movement.seen, movement.strong),
        region=movement.region,
        side=side,
        action_units=movement.action_units,
    )


def _strength(value: float, seen: float, strong: float) -> float:
    """0.2 where it is just seen, 0.8 where it is strong, 1 at most."""
    return max(0.0, min(1.0, 0.2 + 0.6 * (value - seen) / (strong - seen)))


def _join(found: dict[str, Sign]) -> None:
    """Movements that belong together are told as one; what a smile does anyway, not besides it."""
    inner, outer = found.get("inner_brows_up"), found.get("outer_brows_up")
    if inner is not None and outer is not None and outer.side is None:
        del found["inner_brows_up"], found["outer_brows_up"]
        found["brows_up"] = _named("brows_up", max(inner.strength, outer.strength), "brows", (1, 2))
    smile, narrowed = found.get("smile"), found.get("eyes_narrowed")
    if smile is not None and smile.side is None:
        if narrowed is not None:
            del found["eyes_narrowed"]
            found["smiling_eyes"] = _named("smiling_eyes", narrowed.strength, "eyes", (6, 7))
        for name in _WITH_A_SMILE:
            found.pop(name, None)


def _named(
    name: str,
    strength: float,
    region: str,
    action_units: tuple[int, ...],
    side: str | None = None,
    *,
    picture_side: str | None = None,
) -> Sign:
    level = (strength >= 0.45) + (strength >= 0.8)
    sentences = _SENTENCES if side is None else _ONE_SIDE
    sentence = sentences[name][level].format(side=side or picture_side)
    return Sign(name, sentence, strength, region, side, action_units)


def _eyes(moved: Mapping[str, float]) -> Iterator[Sign]:
    left, right = moved["eyeBlinkLeft"], moved["eyeBlinkRight"]
    if min(left, right) >= EYES_CLOSED - 0.1:
        value = (left + right) / 2
        strength = 0.3 if min(left, right) < EYES_CLOSED else _strength(value, EYES_CLOSED, 0.8)
        yield _named("eyes_closed", max(strength, 0.3), "eyes", (43,))
    elif max(left, right) >= EYES_CLOSED and abs(left - right) >= ONE_SIDED:
        side = "left" if left > right else "right"
        yield _named("eyes_closed", 0.6, "eyes", (46,), side)


def _head(head: HeadPose) -> Iterator[Sign]:
    if abs(head.yaw) >= TURNED:
        yield _posed("head_turned", abs(head.yaw) / TURNED, _picture_side(head.yaw), (51, 52))
    if -head.pitch >= BOWED:
        yield _posed("head_bowed", -head.pitch / BOWED, None, (54,))
    if head.pitch >= RAISED:
        yield _posed("head_raised", head.pitch / RAISED, None, (53,))
    if abs(head.roll) >= TILTED:
        yield _posed("head_tilted", abs(head.roll) / TILTED, _picture_side(head.roll), (55, 56))


def _looks(head: HeadPose, gaze: Gaze | None, moved: Mapping[str, float]) -> Iterator[Sign]:
    """Where the eyes look, if not where the head does: a turned head says it already."""
    if gaze is None or abs(head.yaw) >= TURNED:
        return
    if abs(gaze.yaw) >= LOOKS:
        yield _posed(
            "looks_aside", abs(gaze.yaw) / LOOKS, _picture_side(gaze.yaw), (61, 62), "eyes"
        )
    down = min(moved["eyeLookDownLeft"], moved["eyeLookDownRight"])
    up = min(moved["eyeLookUpLeft"], moved["eyeLookUpRight"])
    if down >= 0.6:
        yield _posed("looks_down", 1 + (down - 0.6) * 2, None, (64,), "eyes")
    elif up >= 0.36:
        yield _posed("looks_up", 1 + (up - 0.36) * 2, None, (63,), "eyes")


def _posed(
    name: str, times: float, side: str | None, action_units: tuple[int, ...], region: str = "head"
) -> Sign:
    """A pose by how many times it is beyond what is told."""
    strength = max(0.0, min(1.0, 0.2 + 0.6 * (times - 1) / (FAR - 1)))
    if side is not None:
        action_units = action_units[:1] if side == "left" else action_units[1:]
    return _named(name, strength, region, action_units, picture_side=side)


def _picture_side(angle: float) -> str:
    """The side as the picture shows it."""
    return "right" if angle > 0 else "left"
