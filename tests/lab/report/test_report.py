"""``mien report``: all about a run or a model file, on a page that loads nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mien.cli.lab.report import report as verb
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.robustness.corruption_table import FILE_NAME, measure_corruptions
from mien.lab.evaluation.subject import ModelSubject, RunSubject
from mien.lab.explain.explain import NetworkExplanation
from mien.lab.explain.model_file import FileExplanation
from mien.lab.report.report import Report, make_report
from mien.lab.report.report_page import write_report
from mien.lab.report.summary import Conclusion
from mien.lab.training.run import Run
from mien.vision.pixel_analyzer import PixelAnalyzer

SECTIONS = ("In short", "The figures", "What it gets wrong", "On whom it fails", "How it was made")


@pytest.fixture(scope="module")
def of_run(
    finished: Run, faces: FaceData, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Report, Path]:
    import shutil

    folder = tmp_path_factory.mktemp("report") / finished.folder.name
    shutil.copytree(finished.folder, folder)
    found = make_report(RunSubject(Run(folder)), faces, "PrivateTest")
    write_report(found, faces, folder, "mien report RUN")
    return found, folder


@pytest.fixture(scope="module")
def of_file(exported, faces, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    folder = tmp_path_factory.mktemp("file")
    found = make_report(ModelSubject(exported[0], folder), faces)
    write_report(found, faces, folder, "mien report FILE")
    return found, folder


def answers(findings: tuple[Conclusion, ...]) -> dict[str, str]:
    return {finding.question: finding.answer for finding in findings}


def test_a_run_has_everything(of_run):
    found, folder = of_run
    assert isinstance(found.explanation, NetworkExplanation)
    assert set(found.evaluation.measures) == {"PublicTest", "PrivateTest"}
    page = (folder / "report.html").read_text("utf-8")
    for title in (*SECTIONS, "What it looks at", "Kernels", "Integrated gradients"):
        assert title in page, title
    assert "Loss and accuracy after each epoch" in page
    assert (folder / "report.html").stat().st_size < 5e6


def test_a_model_file_has_what_it_can_tell(of_file):
    found, folder = of_file
    assert isinstance(found.explanation, FileExplanation)
    assert found.explanation.method.startswith("LayerCAM")
    assert len(found.explanation.classes) == 7
    assert found.explanation.embedding is not None
    page = (folder / "report.html").read_text("utf-8")
    for title in (*SECTIONS, "LayerCAM", "Map of the images"):
        assert title in page, title
    assert "as shipped in the model file" in page


def test_the_json_holds_the_figures_of_the_page(of_run):
    found, folder = of_run
    raw = json.loads((folder / "report.json").read_text("utf-8"))
    assert raw["schema"] == "mien.report/1"
    assert raw["split"] == "PrivateTest"
    accuracy = found.evaluation.measures["PrivateTest"].overall.accuracy.value
    measured = raw["evaluation"]["splits"]["PrivateTest"]["overall"]["accuracy"]["value"]
    assert measured == pytest.approx(accuracy, abs=1e-6)
    assert f"{accuracy:.1%}" in answers(found.findings)["How good is it?"]
    assert raw["mistakes"]["wrong"] == found.mistakes.wrong
    assert raw["explanation"]["classes"]


def test_the_sentences_follow_the_figures(of_file):
    found, _ = of_file
    told = answers(found.findings)
    measures = found.evaluation.measures["PublicTest"]
    recalls = {row.label: row.recall.value for row in measures.classes}
    assert min(recalls, key=recalls.get) in told["What does it fail on?"].split(";")[0]
    assert "was not measured" in told["On whom does it fail?"]
    assert f"{measures.humans.model.value:.1%}" in told["How does it compare with people?"]


def test_without_a_look_inside(exported, faces, tmp_path):
    found = make_report(ModelSubject(exported[0], tmp_path), faces, explain=False)
    assert found.explanation is None
    write_report(found, faces, tmp_path, "x")
    assert "What it looks at" not in (tmp_path / "report.html").read_text("utf-8")


def test_other_data_without_votes(exported, faces, tmp_path):
    other = replace(faces, name="other", images=faces.images[:, :, ::-1].copy(), votes=None)
    found = make_report(ModelSubject(exported[0], tmp_path), other, "all")
    assert not found.own_data
    assert found.evaluation.measures["all"].images == len(other)
    assert "How does it compare with people?" not in answers(found.findings)
    page = write_report(found, other, tmp_path, "x")
    assert "not the data that it was trained on" in page.read_text("utf-8")


def test_groups_of_people_are_compared_when_given(exported, faces, tmp_path):
    rows = faces.rows("PublicTest")
    lines = ["row,glasses", *(f"{row},{'yes' if row % 2 else 'no'}" for row in rows)]
    table = tmp_path / "groups.csv"
    table.write_text("\n".join(lines), "utf-8")
    found = make_report(
        ModelSubject(exported[0], tmp_path), faces, group_table=table, explain=False
    )
    assert [column.name for column in found.groups.columns] == ["brightness", "contrast", "glasses"]
    assert "was not measured" not in answers(found.findings)["On whom does it fail?"]


def test_the_verb_says_where_the_page_is(of_run, faces, data_home, tmp_path, monkeypatch, capsys):
    from mien.lab.data.store import save_faces, stored_path

    save_faces(faces, stored_path(faces.name))
    verb(str(of_run[1]), explain=False, folder=tmp_path / "made")
    printed = capsys.readouterr()
    assert "How good is it?" in printed.out
    assert "report.html" in printed.err.replace("\n", "")
    assert (tmp_path / "made" / "report.json").is_file()


def test_bad_pictures_are_shown_once_they_were_measured(exported, faces, tmp_path):
    subject = ModelSubject(exported[0], tmp_path)
    made = make_report(subject, faces, explain=False)
    write_report(made, faces, tmp_path, "mien report FILE")
    assert "Not measured." in (tmp_path / "report.html").read_text("utf-8")
    table = measure_corruptions(
        PixelAnalyzer(exported[0]),
        faces.images[:8],
        faces.labels[:8].astype("int64"),
        data=faces.name,
        split="PublicTest",
    )
    (tmp_path / FILE_NAME).write_text(json.dumps(table.to_dict()), "utf-8")
    made = make_report(subject, faces, explain=False)
    write_report(made, faces, tmp_path, "mien report FILE")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "All kinds and strengths" in page
    assert page.count("low resolution") >= 3
    assert json.loads((tmp_path / "report.json").read_text())["corruptions"]["images"] == 8
