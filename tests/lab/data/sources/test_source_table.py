"""What images were taken from, as ``mien data collect`` notes it, when they are imported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.errors import DataError
from mien.lab.data.sources.sources import read_faces


def collected(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    """A folder with an image for each (label, name, source)."""
    lines = ["label,crop,source", *(f"{row[0]},{row[0]}/{row[1]},{row[2]}" for row in rows)]
    for number, (label, name, _) in enumerate(rows):
        (folder / label).mkdir(parents=True, exist_ok=True)
        shades = np.full((48, 48), number, np.uint8)
        Image.fromarray(shades).save(folder / label / name)
    (folder / "reasons.csv").write_text("\n".join([*lines, ",,left-out.png"]), "utf-8")
    return folder


def rows_of_video(count: int) -> list[tuple[str, str, str]]:
    rows = [("positive", f"film-{n:05}.png", "film.mp4") for n in range(count)]
    rows += [("positive", f"photo-{n:05}.png", f"{n}.jpg") for n in range(20)]
    return rows + [("negative", f"other-{n:05}.png", f"{n // 2}.mp4") for n in range(20)]


def test_what_was_taken_from_one_file_stays_on_one_side(tmp_path):
    rows = rows_of_video(30)
    for seed in range(4):
        data = read_faces(collected(tmp_path / str(seed), rows), "any", seed=seed)
        assert data.label_set.name == "positive-negative"
        # Rows are in the order of labels and names: negative first.
        order = sorted(range(len(rows)), key=lambda row: (rows[row][0], rows[row][1]))
        held_out = [rows[row] for row, code in zip(order, data.splits, strict=True) if code == 1]
        staying = [rows[row] for row, code in zip(order, data.splits, strict=True) if code == 0]
        assert not {row[2] for row in held_out} & {row[2] for row in staying}
        assert "film.mp4" not in {row[2] for row in held_out}
        assert len([row for row in held_out if row[0] == "positive"]) == 5
        assert len([row for row in held_out if row[0] == "negative"]) == 2
        assert "twins, and images that were taken from one file, stay together" in data.notes[-2]


def test_an_image_that_was_moved_to_another_label_keeps_its_source(tmp_path):
    folder = collected(tmp_path, rows_of_video(6))
    for path in sorted((folder / "positive").glob("film-*"))[:3]:
        path.rename(folder / "negative" / path.name)
    data = read_faces(folder, "any", holdout=0.3)
    shades = data.images[:, 0, 0]
    film = data.splits[shades < 6]
    assert len(film) == 6 and len(set(film.tolist())) == 1


def test_a_label_of_one_source_stays_in_training_and_that_is_said(tmp_path):
    rows = [("positive", f"{n}.png", f"{n}.jpg") for n in range(9)]
    rows += [("negative", f"film-{n}.png", "film.mp4") for n in range(9)]
    data = read_faces(collected(tmp_path, rows), "any")
    assert set(data.labels[data.rows("Training")].tolist()) == {0, 1}
    assert data.labels[data.rows("PublicTest")].tolist() == [0]
    assert "no image in PublicTest of: negative; collect from more files" in data.notes


def test_all_of_one_file_cannot_be_held_out(tmp_path):
    rows = [(label, f"{label}.png", "film.mp4") for label in ("positive", "negative")]
    with pytest.raises(DataError, match=r"too few Training images .*collect from more files"):
        read_faces(collected(tmp_path, rows), "any")
    assert len(read_faces(tmp_path, "any", holdout=0)) == 2


def test_another_table_of_that_name_is_no_part_of_it(tmp_path):
    folder = collected(tmp_path, rows_of_video(1))
    (folder / "reasons.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"reasons\.csv: has no column 'crop'; mien data collect"):
        read_faces(folder, "any")
    (folder / "reasons.csv").write_bytes(b"crop,source\n\xff,b\n")
    with pytest.raises(DataError, match=r"reasons\.csv: cannot be read"):
        read_faces(folder, "any")
