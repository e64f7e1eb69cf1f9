"""The examples of ``docs/guides/data.md`` are true."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from mien.emotions import LABEL_SETS
from mien.lab.data.labels.mapping import load_mapping, packaged_mappings, parse_mapping
from mien.lab.data.sources.sources import read_faces
from mien.lab.data.split_names import SPLIT_NAMES

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "data.md").read_text("utf-8")
MAPPINGS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("text", MAPPINGS)
def test_every_mapping_parses(text):
    assert parse_mapping(text, "the guide").label_set


def test_there_are_mappings_and_the_one_with_own_names_works(tmp_path):
    assert len(MAPPINGS) == 3
    for number, label in enumerate(("wütend", "Froh", "traurig", "neutral", "unklar")):
        # As a Macintosh writes it: the dots apart from the letter.
        folder = tmp_path / unicodedata.normalize("NFD", label)
        folder.mkdir()
        for image in range(3):
            shade = Image.new("L", (48, 48), number * 10 + image)
            shade.save(folder / f"{image}.png")
    data = read_faces(tmp_path, "any", mapping=parse_mapping(MAPPINGS[0], "the guide"))
    assert (len(data), data.label_set.name) == (12, "four")
    assert data.notes[0] == "3 rows are left out by the mapping: unklar 3"


def test_the_pattern_of_file_names_works(tmp_path):
    for name in ("subject12_happy_003.png", "subject2_sad_1.png"):
        Image.new("L", (48, 48), len(name)).save(tmp_path / name)
    mapping = parse_mapping(MAPPINGS[2], "the guide")
    data = read_faces(tmp_path, "any", mapping=mapping, holdout=0)
    assert [data.label_set.labels[code] for code in data.labels] == ["happy", "sad"]


def test_every_packaged_mapping_is_in_the_table():
    for name in packaged_mappings():
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{name}`"))
        assert load_mapping(name).target.name in row.rpartition(" | ")[2]


def test_every_label_set_is_in_the_table_with_its_order():
    for name, label_set in LABEL_SETS.items():
        assert f"| `{name}` | {', '.join(label_set.labels)} |" in GUIDE


def test_every_name_of_a_split_that_is_given_is_known():
    given = re.search(r"Known names, in any case: (.*?)\.\n", GUIDE, re.DOTALL)
    assert given is not None
    names = {name.lower() for name in re.findall(r"`(\w+)`", given[1])}
    assert names == set(SPLIT_NAMES)
