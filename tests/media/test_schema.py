"""``docs/schema.md`` describes what is written, key by key."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mien.emotions import FERPLUS
from mien.media.results.result_columns import face_columns
from mien.media.results.sink_parquet import FACES_SCHEMA
from mien.media.results.sink_text import FRAMES_SCHEMA
from mien.results import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "schema.md").read_text("utf-8")
TABLE_ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]
DESCRIBED = {name for row in TABLE_ROWS for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_every_key_is_described(make_face, make_frame):
    plain = make_frame(make_face()).to_dict()
    assert plain.keys() <= DESCRIBED
    assert plain["faces"][0].keys() <= DESCRIBED


def test_every_column_is_described():
    labels = ("angry",)
    columns = {column.name for column in face_columns(labels, ())} - set(labels)
    assert columns <= DESCRIBED
    for label in FERPLUS.labels:
        assert f"`{label}`" in PAGE


def test_the_versions_are_the_written_ones():
    for schema in (SCHEMA, FRAMES_SCHEMA, FACES_SCHEMA):
        assert f"`{schema}`" in PAGE or f'`"{schema}"`' in PAGE


def test_the_example_has_the_form_that_is_written(make_face, make_frame):
    example = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    written = make_frame(make_face()).to_dict()
    (frame,) = example["frames"]
    assert list(frame) == list(written)
    assert frame["schema"] == SCHEMA

    def form(value):
        if isinstance(value, dict):
            return {key: form(entry) for key, entry in value.items()}
        return [form(entry) for entry in value] if isinstance(value, list) else type(value)

    assert form(frame["faces"]) == form(written["faces"])
