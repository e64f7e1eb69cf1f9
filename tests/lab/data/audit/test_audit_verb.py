"""``mien data audit`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mien.cli.lab.data import data_app
from mien.errors import DataError, MienError
from mien.lab.data.store import save_faces, stored_path


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    save_faces(planted.data, stored_path("planted"))


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(data_app, arguments)
    if isinstance(result.exception, MienError):
        raise result.exception
    return result


def test_tables_and_findings_are_printed_and_files_written(tmp_path):
    done = _run("audit", "planted")
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "PrivateTest Training 1 5.0% 0 2 10.0%" in lines
    assert any(line.startswith("Do: 1 PrivateTest image (5.0%) has a pixel-") for line in lines)
    assert any(line.startswith("→ Report PrivateTest without them too") for line in lines)
    assert "audit-planted/audit.html" in done.stderr
    assert {path.name for path in (tmp_path / "audit-planted").iterdir()} == {
        "audit.json",
        "audit.html",
    }


def test_json_on_standard_output_is_the_file(tmp_path):
    done = _run("audit", "planted", "--json", "--out", "here/there")
    assert json.loads(done.stdout)["name"] == "planted"
    assert done.stdout == (tmp_path / "here/there/audit.json").read_text("utf-8")


def test_an_unknown_name(tmp_path):
    with pytest.raises(DataError, match="nothing"):
        _run("audit", "nothing")
    assert not list(tmp_path.glob("audit-*"))
