"""The lab's verbs as a user runs them: from fer2013.csv to a model file, and what goes wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from warm_process import WarmProcess

from mien.cli.main import main
from mien.lab.data.faces import FaceData
from mien.lab.evaluation.predictions import read_predictions
from mien.lab.training.recipe import Recipe, load_recipe, packaged_recipes, parse_recipe
from mien.lab.training.run import Run
from mien.vision.classify import Classifier

Done = subprocess.CompletedProcess[str]


def _entry_point() -> list[str]:
    """The installed command, or its function where only the source is on the path."""
    installed = shutil.which("mien", path=str(Path(sys.executable).parent))
    if installed is not None:
        return [installed]
    return [sys.executable, "-c", "from mien.cli.main import main; main()"]


@dataclass(frozen=True)
class Desk:
    """A folder to work in, with a data home of its own."""

    folder: Path
    process: WarmProcess

    @property
    def environment(self) -> dict[str, str]:
        home = str(self.folder / "data home")
        return {**os.environ, "MIEN_DATA": home, "COLUMNS": "200", "NO_COLOR": "1"}

    def mien(self, *arguments: str | Path) -> Done:
        """Run ``mien ARGUMENTS`` in the folder."""
        done = self.process.mien(list(map(str, arguments)), self.folder, self.environment)
        return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory,
    faces: FaceData,
    make_recipe: Callable[..., Recipe],
    write_csv: Callable[..., Path],
    write_votes: Callable[..., Path],
    warm_lab: WarmProcess,
) -> Desk:
    """Holds fer2013.csv, fer2013new.csv and tiny.yaml."""
    folder = tmp_path_factory.mktemp("desk") / "my faces"
    folder.mkdir()
    write_csv(folder / "fer2013.csv", faces)
    write_votes(folder / "fer2013new.csv", faces)
    (folder / "tiny.yaml").write_text(make_recipe(epochs=2).to_yaml(), "utf-8")
    return Desk(folder, warm_lab)


@pytest.fixture
def here(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run ``mien ARGUMENTS`` in this process, which has torch loaded: status, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(desk.folder)
        monkeypatch.setenv("MIEN_DATA", desk.environment["MIEN_DATA"])
        monkeypatch.setattr(sys, "argv", ["mien", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return (stopped.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def imported(desk: Desk) -> Done:
    return desk.mien(
        "data", "import", "fer2013.csv", "--ferplus", "fer2013new.csv", "--name", "tiny"
    )


@pytest.fixture(scope="module")
def trained(desk: Desk, imported: Done) -> Done:
    return desk.mien("train", "tiny.yaml", "--threads", "1")


@pytest.fixture(scope="module")
def evaluated(desk: Desk, trained: Done) -> Done:
    return desk.mien("evaluate", "runs/tiny-s3", "--threads", "1")


@pytest.fixture(scope="module")
def exported(desk: Desk, evaluated: Done) -> Done:
    return desk.mien("export", "runs/tiny-s3")


def test_import_counts_and_hashes_what_it_kept(desk, imported, faces):
    assert (imported.returncode, imported.stderr) == (0, "")
    assert "tiny: 96 images" in imported.stdout
    happy = faces.labels == 3
    counts = [int((happy & (faces.splits == code)).sum()) for code in range(3)]
    row = next(line for line in imported.stdout.splitlines() if "happy" in line)
    assert [int(part) for part in row.split() if part.isdecimal()] == counts
    assert "FER+ votes: yes" in imported.stdout
    assert f"SHA-256: {faces.sha256}" in imported.stdout
    assert (desk.folder / "data home" / "tiny.safetensors").is_file()


def test_train_leaves_a_run_and_says_what_comes_next(desk, trained):
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.startswith("runs/tiny-s3: 2 epochs, PublicTest accuracy ")
    assert "epoch 1/2" in trained.stderr
    assert "next: mien evaluate runs/tiny-s3" in trained.stderr
    run = Run(desk.folder / "runs" / "tiny-s3")
    assert run.recipe() == load_recipe(str(desk.folder / "tiny.yaml"))
    assert run.facts()["threads"] == 1


def test_evaluate_looks_at_public_test_only(desk, evaluated, faces):
    assert evaluated.returncode == 0, evaluated.stderr
    assert "PublicTest: scores with 95 % intervals" in evaluated.stdout
    assert "PrivateTest" not in evaluated.stdout
    assert "temperature: fer2013 " in evaluated.stdout
    run = Run(desk.folder / "runs" / "tiny-s3")
    assert len(read_predictions(run.predictions).rows) == len(faces.rows("PublicTest"))


def test_export_writes_a_file_that_the_runtime_reads(desk, exported, faces):
    assert exported.returncode == 0, exported.stderr
    target = Path("runs/tiny-s3/tiny.onnx")
    assert exported.stdout.startswith(f"{target}: ")
    assert "torch and ONNX Runtime differ by" in exported.stdout
    assert len(exported.stdout.splitlines()) == 1
    classifier = Classifier(desk.folder / target)
    assert classifier.card.name == "tiny"
    assert classifier.card.training.data_sha256 == faces.sha256
    assert {score.split for score in classifier.card.scores} == {"PublicTest"}
    found = classifier.classify(faces.images[:5])
    assert found["fer2013"].shape == (5, 7)
    assert found["ferplus"].sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_ten_crops_have_files_of_their_own(desk, exported, here, faces):
    run = Run(desk.folder / "runs" / "tiny-s3")
    before = run.evaluation.read_bytes()
    status, stdout, stderr = here("evaluate", "runs/tiny-s3", "--views", "ten-crop")
    assert status == 0, stderr
    assert "PublicTest: scores with 95 % intervals" in stdout
    assert "runs/tiny-s3/evaluation-ten-crop.json" in stderr
    assert run.evaluation.read_bytes() == before
    averaged = read_predictions(run.predictions_of("ten-crop")).logits["fer2013"]
    assert np.exp(averaged).sum(axis=1) == pytest.approx(np.ones(len(averaged)), abs=1e-4)


def test_recipes_are_listed_and_printed(here):
    status, stdout, stderr = here("recipes")
    assert (status, stderr) == (0, "")
    for name in packaged_recipes():
        assert name in stdout
    status, stdout, stderr = here("recipes", "first", "epochs=3")
    assert (status, stderr) == (0, "")
    assert parse_recipe(yaml.safe_load(stdout), "stdout") == load_recipe("first", ("epochs=3",))


def test_private_test_is_reported_when_named(desk, exported, here):
    status, stdout, stderr = here("evaluate", "runs/tiny-s3", "--split", "PrivateTest")
    assert status == 0, stderr
    assert "PrivateTest: scores with 95 % intervals" in stdout
    assert "PublicTest: scores with 95 % intervals" in stdout


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_control_c_keeps_the_run_and_resume_goes_on(desk, imported, here):
    arguments = ["train", "tiny.yaml", "epochs=12", "name=stopped", "--threads", "1"]
    with subprocess.Popen(
        [*_entry_point(), *arguments],
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A shell starts what runs in the background with Ctrl-C ignored, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("epoch 1/12")
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read().splitlines()
        assert process.wait() == 130
    assert "stopped; runs/stopped-s3 goes on after its last whole epoch with --resume" in rest
    assert not any("Traceback" in line for line in rest)
    log = desk.folder / "runs" / "stopped-s3" / "log.csv"
    done = log.read_text().splitlines()
    status, stdout, stderr = here(*arguments, "--resume")
    assert status == 0, stderr
    assert stdout.startswith("runs/stopped-s3: 12 epochs")
    # With the seconds that each epoch took: those before the stop were not done again.
    assert log.read_text().splitlines()[: len(done)] == done
    assert len(log.read_text().splitlines()) == 1 + 12


def _bad_row(desk: Desk) -> None:
    lines = (desk.folder / "fer2013.csv").read_text().splitlines()
    lines[6] = lines[6].replace(" ", "", 1)
    (desk.folder / "bad.csv").write_text("\n".join(lines))


def _half_an_archive(desk: Desk) -> None:
    whole = shutil.make_archive(str(desk.folder / "half"), "gztar", desk.folder, "fer2013.csv")
    Path(whole).write_bytes(Path(whole).read_bytes()[:-5000])


def _nothing(desk: Desk) -> None:
    pass


def _a_file_for_a_run(desk: Desk) -> None:
    (desk.folder / "runs").mkdir(exist_ok=True)
    (desk.folder / "runs" / "blocked-s3").write_text("a file")


@pytest.mark.parametrize(
    ("prepare", "arguments", "status", "line"),
    [
        (
            _a_file_for_a_run,
            "train tiny.yaml name=blocked --restart",
            1,
            "runs/blocked-s3: a file lies where the run folder goes; ",
        ),
        (_a_file_for_a_run, "train tiny.yaml name=blocked", 1, "runs/blocked-s3: a file lies "),
        (_a_file_for_a_run, "evaluate runs/blocked-s3", 1, "runs/blocked-s3: neither a run folder"),
        (_nothing, "data import no.csv", 1, "no.csv: no such file"),
        (_bad_row, "data import bad.csv", 1, "bad.csv, line 7: 2303 pixel values, expected 2304 "),
        (_half_an_archive, "data import half.tar.gz", 1, "half.tar.gz: the archive cannot be read"),
        (_nothing, "data import", 2, "Missing argument "),
        (
            _nothing,
            "train nothing",
            1,
            "nothing: no such recipe; name a YAML file, or: there are: ",
        ),
        (_nothing, "train tiny.yaml epcohs=3", 1, "tiny.yaml: unknown key 'epcohs'; did you mean "),
        (
            _nothing,
            "train tiny.yaml name=new data.dataset=other",
            1,
            "no data set 'other' has been ",
        ),
        (_nothing, "train tiny.yaml name=new batch_size=60", 1, "new: batch_size 60 is more than"),
        (_nothing, "train tiny.yaml", 2, "runs/tiny-s3: there is a run already; go on with --res"),
        (_nothing, "evaluate nowhere", 1, "nowhere: no such run folder; make one: mien train"),
        (_nothing, "evaluate runs/tiny-s3 --split Training", 2, "was fitted on Training"),
        (_nothing, "export nowhere", 1, "nowhere: not a run folder (no readable recipe.yaml)"),
    ],
)
def test_bad_input_is_one_line_and_a_status(desk, exported, here, prepare, arguments, status, line):
    prepare(desk)
    before = sorted(desk.folder.rglob("*"))
    found, stdout, stderr = here(*arguments.split())
    assert (found, stdout) == (status, "")
    assert len(stderr.splitlines()) == 1
    assert stderr.startswith("error: ")
    assert line in stderr
    # Nothing half-written stays behind.
    assert sorted(desk.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "status"),
    [("data import no.csv", 1), ("data import fer2013.csv --nmae x", 2)],
)
def test_a_process_ends_with_one_line_and_a_status_too(desk, arguments, status):
    done = desk.mien(*arguments.split())
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
