"""One colour an expression, wherever it is seen: ``mien.emotions.COLOURS``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mien
from mien.emotions import COLOURS, OTHER_COLOUR, UNSURE
from mien.media.drawing.draw import colour_of

HOUSE = Path(mien.__file__).parent
PAGE = HOUSE / "server" / "page"
EMOTIONS = [label for label in COLOURS if (PAGE / "icons" / f"{label}.svg").exists()]
COLOUR = re.compile("#[0-9A-Fa-f]{6}")


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_pages_have_the_same():
    text = (PAGE / "scripts" / "labels.js").read_text("utf-8")
    (table,) = re.findall(r"COLOURS = \{(.*?)\}", text, re.DOTALL)
    assert dict(re.findall(r"(\w+): \"(#\w+)\"", table)) == COLOURS
    assert f'OTHER_COLOUR = "{OTHER_COLOUR}"' in text


@pytest.mark.parametrize("label", [label for label in EMOTIONS if label != UNSURE])
def test_the_drawn_faces_have_the_same_and_are_of_one_hand(label):
    drawn = (PAGE / "icons" / f"{label}.svg").read_text("utf-8")
    (face,) = re.findall(r"<circle cx=\"32\" cy=\"32\" r=\"29\"([^>]*)>", drawn)
    assert f'fill="{COLOURS[label]}"' in face
    assert 'stroke="#111" stroke-width="3"' in face


def test_drawings_have_the_same():
    for label, colour in COLOURS.items():
        assert colour_of(label) == tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    assert colour_of("bored") == tuple(int(OTHER_COLOUR[at : at + 2], 16) for at in (1, 3, 5))


def test_plots_of_the_lab_have_the_same():
    figures = pytest.importorskip("mien.lab.pages.figures")
    for position, (label, colour) in enumerate(COLOURS.items()):
        assert figures.colour_of_class(label, position) == colour
    others = {figures.colour_of_class(f"class {at}", at) for at in range(len(figures.PALETTE))}
    assert others == set(figures.PALETTE)


@pytest.mark.parametrize("ground", ["#101214", "#111111"])
def test_they_are_seen_on_the_grounds_on_which_they_stand_alone(ground):
    """Boxes and drawn faces have a dark edge; on it every colour but purple is seen (WCAG 1.4.11).

    Purple is *negative*, which no box shows without its word on a white or black ground.
    """
    for label, colour in COLOURS.items():
        contrast = (luminance(colour) + 0.05) / (luminance(ground) + 0.05)
        assert contrast >= (3 if label != "negative" else 1.5), label


def test_no_page_has_a_colour_of_an_expression_that_is_not_from_there():
    """Whoever copies one by hand copies it wrong one day."""
    own = {colour.lower() for colour in COLOURS.values()} - {"#ffffff", OTHER_COLOUR.lower()}
    for path in (*PAGE.glob("*.css"), *HOUSE.rglob("*.jinja")):
        found = {colour.lower() for colour in COLOUR.findall(path.read_text("utf-8"))}
        assert not found & own, path.name
