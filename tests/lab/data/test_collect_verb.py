"""``mien data collect`` as a user runs it, then import, and an epoch of the recipe *valence*."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mien.cli.lab.data import data_app
from mien.errors import DataError, MienError, UsageError
from mien.lab.data.store import load_faces
from mien.lab.training.loop import train
from mien.lab.training.recipe import load_recipe
from mien.lab.training.run import Run
from mien.lab.training.setup import load_data
from mien.media.drawing.draw import write_image
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, packaged_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(data_app, [*arguments, "--threads", "1"])
    if isinstance(result.exception, MienError):
        raise result.exception
    return result


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "reasons.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def frowning(photo: np.ndarray) -> np.ndarray:
    """The corners of the astronaut's mouth, at (203, 139) and (245, 141), far down."""
    y, x = np.mgrid[: len(photo), : photo.shape[1]].astype(np.float32)
    down = sum(
        np.exp(-((x - corner[0]) ** 2 + (y - corner[1]) ** 2) / (2 * 8.3**2))
        for corner in ((203, 139), (245, 141))
    )
    return cv2.remap(photo, x, y - 16 * down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@pytest.fixture(scope="module")
def album(tmp_path_factory, make_video) -> Path:
    """Photos and a video of one person, as she is and changed."""
    folder = tmp_path_factory.mktemp("album")
    photo = read_image(packaged_path(ASTRONAUT))
    write_image(folder / "as she is.png", photo)
    write_image(folder / "mirrored.png", np.ascontiguousarray(photo[:, ::-1]))
    write_image(folder / "frown.png", frowning(photo))
    small = cv2.resize(photo, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA)
    write_image(folder / "small.png", small)
    masked = photo.copy()
    masked[128:172, 190:258] = 220
    write_image(folder / "masked.png", masked)
    (folder / "broken.jpg").write_bytes(b"no")
    below = folder / "below"
    below.mkdir()
    pictures = (np.ascontiguousarray(photo[:360, n : n + 400]) for n in range(30))
    make_video(below / "film.mp4", pictures, fps=10)
    return folder


@pytest.fixture(scope="module")
def collected(album, tmp_path_factory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("out") / "mine"
    return run("collect", str(album), "--labels", "positive-negative", "--out", str(folder)), folder


def test_every_face_has_a_row_with_a_label_or_a_reason(collected, album):
    _, folder = collected
    rows = rows_of(folder)
    found = {Path(row["file"]).name: (row["label"], row["reason"]) for row in rows}
    assert found == {
        "as she is.png": ("positive", "agreed: reading, signs"),
        "mirrored.png": ("positive", "agreed: reading, signs"),
        "film.mp4": ("positive", "agreed: reading, signs"),
        "frown.png": ("", "opinions contradict each other: reading positive, signs negative"),
        "small.png": ("", "smaller than 48 pixels"),
        "masked.png": ("", found["masked.png"][1]),
    }
    # Either is a good reason: the model cannot read it, and the mask is seen.
    assert found["masked.png"][1].startswith(("covered: mouth", "illegible"))
    film = [row for row in rows if row["file"].endswith("film.mp4")]
    assert [row["time"] for row in film] == ["0.000", "1.000", "2.000"]
    assert {row["source"] for row in film} == {str(album / "below" / "film.mp4")}


def test_what_it_says(collected):
    done, _ = collected
    assert done.exit_code == 3
    assert "8 faces: 5 positive, 0 negative, 3 left out" in done.stdout
    assert "left out, smaller than 48 pixels: 1" in done.stdout
    assert "look through the folders before you train" in done.stdout
    assert "broken.jpg" in done.stderr


def test_faces_are_cut_out_as_the_model_sees_them(collected):
    _, folder = collected
    crops = sorted((folder / "positive").iterdir())
    assert len(crops) == 5 and list((folder / "negative").iterdir()) == []
    assert {path.suffix for path in crops} == {".png"}
    assert {cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape for path in crops} == {(48, 48)}


def test_larger_and_in_colour(album, tmp_path):
    done = run(
        *("collect", str(album / "as she is.png"), "--out", str(tmp_path / "large")),
        *("--size", "96", "--colour"),
    )
    assert done.exit_code == 0
    (crop,) = (tmp_path / "large" / "positive").iterdir()
    assert cv2.imread(str(crop), cv2.IMREAD_UNCHANGED).shape == (96, 96, 3)


def test_what_a_person_made_of_it_is_imported_and_trained_on(collected, tmp_path):
    """Who looks through the faces moves some: here the photos, which have two sources."""
    _, folder = collected
    mine = tmp_path / "mine"
    shutil.copytree(folder, mine)
    for path in (mine / "positive").glob("*-0000*"):
        if not path.name.startswith("film"):
            path.rename(mine / "negative" / path.name)
    result = CliRunner().invoke(data_app, ["import", str(mine), "--holdout", "0.3"])
    assert result.exit_code == 0
    data = load_faces("mine")
    assert data.label_set.labels == ("positive", "negative")
    assert np.bincount(data.labels).tolist() == [3, 2]
    assert len(set(data.splits[data.labels == 0].tolist())) == 1  # The film is on one side.
    recipe = load_recipe("valence", ("data.dataset=mine", "epochs=1", "batch_size=2"))
    logs = train(recipe, load_data(recipe), Run(tmp_path / "run"))
    assert len(logs) == 1


def test_the_recipe_trains_on_labels_of_emotions(faces):
    from mien.lab.data.store import save_faces, stored_path

    save_faces(faces, stored_path("fer2013"))
    recipe = load_recipe("valence")
    assert load_data(recipe).label_set.labels == ("positive", "negative")


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["--every", "0"], UsageError, "--every is 0.0, expected more than 0 seconds"),
        (["--model", "nowhere.onnx"], MienError, "nowhere.onnx"),
        ([], DataError, "no face found in 1 picture"),
    ],
)
def test_what_cannot_be_leaves_nothing(tmp_path, arguments, error, says):
    write_image(tmp_path / "grey.png", np.full((80, 80, 3), 90, np.uint8))
    out = tmp_path / "out"
    with pytest.raises(error, match=says):
        run("collect", str(tmp_path / "grey.png"), "--out", str(out), *arguments)
    assert [path.name for path in tmp_path.iterdir() if path.name != "data home"] == ["grey.png"]


def test_a_folder_with_something_in_it_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty; name another folder with --out"):
        run("collect", "nowhere.png", "--out", str(tmp_path))
