"""``mien data import``, ``list`` and ``remove`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mien.cli.lab.data import data_app
from mien.errors import DataError, MienError, UsageError


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(data_app, arguments)
    if isinstance(result.exception, MienError):
        raise result.exception
    return result


def _line(result: Result, start: str) -> str:
    return next(line for line in result.stdout.splitlines() if line.startswith(start))


def test_a_folder_is_imported_under_its_own_name(tmp_path, faces, write_folder):
    write_folder(tmp_path / "My Faces", faces, ("train", "train", "test"))
    done = _run("import", "My Faces", "--holdout", "0.2")
    assert done.exit_code == 0
    assert "my-faces: 96 images" in done.stdout
    assert "note: it has no PublicTest: " in done.stdout
    assert "(20 % of each label, seed 0; twins and near twins stay together)" in done.stdout
    assert _line(done, "label set: ") == (
        "label set: fer2013 (angry, disgust, fear, happy, sad, surprise, neutral)"
    )
    assert _line(done, "use it in a recipe: ") == "use it in a recipe: data.dataset=my-faces"
    assert (tmp_path / "data home" / "my-faces.safetensors").is_file()


@pytest.mark.parametrize(
    ("path", "mapping", "name"),
    [
        ("fer2013.csv", None, "fer2013"),
        ("copy.csv", None, "fer2013"),
        ("fer2013.csv", "smile.yaml", "fer2013-smile"),
        ("images", None, "images"),
        ("faces.parquet", None, "faces"),
        ("images", "ck+", "ck+"),
    ],
)
def test_default_names(
    tmp_path, faces, write_csv, write_folder, write_parquet, path, mapping, name
):
    write_csv(tmp_path / "fer2013.csv", faces)
    write_csv(tmp_path / "copy.csv", faces)
    write_folder(tmp_path / "images", faces)
    write_parquet(tmp_path / "faces.parquet", faces)
    numbers = ", ".join(f"{code}: {'yes_' if code == 3 else 'no_'}" for code in range(7))
    (tmp_path / "smile.yaml").write_text(
        f"label_set: {{name: smile, labels: [yes_, no_]}}\nlabels: {{{numbers}}}"
    )
    _run("import", path, *(["--mapping", mapping] if mapping else []))
    assert [one["name"] for one in json.loads(_run("list", "--json").stdout)] == [name]


def test_the_list_says_what_each_set_is(tmp_path, data_home, faces, write_csv, write_votes):
    assert "no data set has been imported" in _run("list").stdout
    write_csv(tmp_path / "fer2013.csv", faces)
    write_votes(tmp_path / "fer2013new.csv", faces)
    _run("import", "fer2013.csv", "--ferplus", "fer2013new.csv")
    (data_home / "broken.safetensors").write_bytes(b"no")
    (data_home / "Ümlaut.safetensors").write_bytes(b"no")
    done = _run("list")
    row = next(line for line in done.stdout.splitlines() if line.split()[:1] == ["fer2013"])
    assert row.split()[1:] == [
        "96", "48", "56", "/", "21", "/", "19", "fer2013", "yes", f"{faces.sha256[:8]}…",
    ]  # fmt: skip
    assert "broken.safetensors: the imported data set is damaged; import it again" in done.stderr
    (one,) = json.loads(_run("list", "--json").stdout)
    assert one["sha256"] == faces.sha256
    assert one["splits"] == {"Training": 56, "PublicTest": 21, "PrivateTest": 19}
    assert one["ferplus_votes"] is True
    assert (one["size"], one["colour"]) == (48, False)


def test_replacing_another_set_is_said(tmp_path, faces, write_csv):
    write_csv(tmp_path / "fer2013.csv", faces)
    assert "replaces" not in _run("import", "fer2013.csv").stdout
    assert "replaces" not in _run("import", "fer2013.csv").stdout
    write_csv(tmp_path / "fer2013.csv", faces.take(faces.rows("Training")))
    done = _run("import", "fer2013.csv")
    assert f"it replaces another data set fer2013 (SHA-256 {faces.sha256[:12]}…)" in done.stdout


def test_remove_asks_unless_told_not_to(tmp_path, data_home, faces, write_csv):
    source = write_csv(tmp_path / "fer2013.csv", faces)
    _run("import", "fer2013.csv")
    with pytest.raises(UsageError, match="nobody can be asked here: add --yes"):
        _run("remove", "fer2013")
    assert (data_home / "fer2013.safetensors").is_file()
    assert _run("remove", "fer2013", "--yes").stdout.startswith("removed ")
    assert not list(data_home.iterdir())
    assert source.is_file()
    with pytest.raises(DataError, match="no data set 'fer2013' has been imported"):
        _run("remove", "fer2013", "--yes")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a b"])
def test_names_that_are_no_file_names(tmp_path, faces, write_csv, name):
    write_csv(tmp_path / "fer2013.csv", faces)
    if name:
        with pytest.raises(UsageError, match="cannot be the name of a data set"):
            _run("import", "fer2013.csv", "--name", name)
    with pytest.raises(UsageError, match="cannot be the name of a data set"):
        _run("remove", name, "--yes")


def test_columns_by_option(tmp_path, faces, write_csv):
    path = write_csv(tmp_path / "own.csv", faces)
    path.write_text(path.read_text().replace("emotion,pixels,Usage", "a,b,c", 1))
    done = _run(
        "import", "own.csv", "--label-column", "a", "--image-column", "b", "--split-column", "c",
        "--mapping", "fer2013",
    )  # fmt: skip
    assert f"SHA-256: {faces.sha256}" in done.stdout


def test_a_mapping_with_a_typo_stops_before_anything_is_read(tmp_path):
    (tmp_path / "map.yaml").write_text("label_set: fer2013\nlables: {1: happy}")
    with pytest.raises(DataError, match=r"^map.yaml: unknown key 'lables'; did you mean 'labels'"):
        _run("import", "nowhere", "--mapping", "map.yaml")
