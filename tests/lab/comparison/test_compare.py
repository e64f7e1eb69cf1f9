"""The figures of a comparison against their definitions, and what cannot be compared."""

from __future__ import annotations

import csv
import json
import statistics
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score, f1_score

from mien.cli.lab.compare import compare as verb
from mien.errors import MienError, RunError, UsageError
from mien.lab.comparison.answers import make_predictions, predictions_path, read_answers
from mien.lab.comparison.compare import compare
from mien.lab.comparison.facts import read_curve, read_facts
from mien.lab.comparison.latency import BATCHES, FEWEST_ROUNDS, measure_latency
from mien.lab.comparison.shared_mistakes import find_agreement
from mien.lab.data.store import save_faces, stored_path
from mien.lab.evaluation.measures.metrics import expected_calibration_error
from mien.lab.evaluation.predictions import read_predictions, write_predictions
from mien.lab.evaluation.subject import RunSubject
from mien.lab.models import count_macs
from mien.lab.training.run import Run

from .conftest import spoil


def test_the_most_accurate_is_first_and_the_reference(comparison):
    assert [(model.number, model.name) for model in comparison.models] == [
        (1, "tiny-s3"),
        (2, "tiny-s4"),
    ]
    assert (comparison.reference, comparison.reference_called) == ("tiny-s3", "the best")
    assert comparison.models[0].against is None
    assert comparison.images == 21


def test_scores_are_those_of_scikit_learn(comparison, finished, worse):
    for model, run in zip(comparison.models, (finished, worse), strict=True):
        part = read_predictions(run.predictions).split("PublicTest")
        labels, predicted = part.labels["fer2013"], part.logits["fer2013"].argmax(axis=1)
        scores = model.scores
        assert scores.accuracy.value == pytest.approx((labels == predicted).mean())
        assert scores.macro_f1.value == pytest.approx(f1_score(labels, predicted, average="macro"))
        assert scores.balanced_accuracy.value == pytest.approx(
            balanced_accuracy_score(labels, predicted)
        )
        for figure in vars(scores).values():
            assert figure.low <= figure.value <= figure.high


def test_the_difference_and_its_test(comparison, worse, wrong):
    part = read_predictions(worse.predictions).split("PublicTest")
    theirs = part.logits["fer2013"].argmax(axis=1) != part.labels["fer2013"]
    lost, won = int((theirs & ~wrong).sum()), int((wrong & ~theirs).sum())
    assert (lost, won) == (4, 0)
    against = comparison.models[1].against
    assert (against.test.reference_only, against.test.model_only) == (lost, won)
    assert against.difference.accuracy.value == pytest.approx((won - lost) / 21)
    p_value = binomtest(lost, lost + won).pvalue
    assert against.test.p_value == against.corrected_p == pytest.approx(p_value)
    assert against.verdict == ("worse" if p_value < 0.05 else "not distinguishable")


def test_p_values_are_corrected_over_the_table_and_verdicts_follow(finished, copy_run, tmp_path):
    runs = [
        copy_run(tmp_path / f"s{count}", lambda found, count=count: spoil(found, count)).folder
        for count in (40, 5, 1)
    ]
    found = compare([finished.folder, *runs], speed=False)
    by_name = {model.name: model.against for model in found.models}
    raw = sorted(by_name[name].test.p_value for name in ("s40", "s5", "s1"))
    corrected = sorted(by_name[name].corrected_p for name in ("s40", "s5", "s1"))
    assert corrected[0] == pytest.approx(min(1, 3 * raw[0]))
    assert corrected[1] == pytest.approx(min(1, max(corrected[0], 2 * raw[1])))
    assert by_name["s40"].verdict == "worse"
    assert by_name["s1"].verdict == "not distinguishable"


def test_a_baseline_joins_and_the_better_is_called_so(finished, copy_run, tmp_path):
    worst = copy_run(tmp_path / "worst", lambda found: spoil(found, 40))
    found = compare([finished.folder], baseline=worst.folder, speed=False)
    assert (found.reference, found.reference_called) == ("worst", "the baseline")
    assert [model.against and model.against.verdict for model in found.models] == ["better", None]


def test_the_calibration_error_is_after_the_temperature_of_public_test(finished, worse):
    found = compare([finished.folder, worse.folder], split="PrivateTest", speed=False)
    subject = RunSubject(finished)
    assert found.images == 19
    assert found.models[0].temperature == read_answers(subject, "PublicTest", "single").temperature
    for model in found.models:
        assert 0 < model.calibration_error < 1


def test_seeds_of_a_recipe_are_a_group(comparison, copy_run, finished, tmp_path):
    (group,) = comparison.groups
    values = [model.scores.accuracy.value for model in comparison.models]
    assert (group.seeds, group.models) == ((3, 4), ("tiny-s3", "tiny-s4"))
    assert group.accuracy.mean == pytest.approx(statistics.mean(values))
    assert group.accuracy.deviation == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    assert not comparison.one_seed_each
    # The same seed once more is no second seed.
    again = compare([finished.folder, copy_run(tmp_path / "copy").folder], speed=False)
    assert again.groups[0].seeds == (3,)
    assert again.groups[0].accuracy.deviation is None
    assert again.one_seed_each


def test_agreement_by_hand():
    right = np.array([[1, 1, 0, 0, 1], [1, 0, 1, 0, 1]], dtype=bool)
    found = find_agreement(right)
    assert found.both_wrong == ((0.4, 0.2), (0.2, 0.4))
    assert (found.any_right, found.all_right) == pytest.approx((0.8, 0.4))
    assert found.all_wrong == pytest.approx(0.2)


def test_facts_of_a_run(finished):
    facts = read_facts(RunSubject(finished))
    network = finished.load_model()
    assert facts.learnable == sum(parameter.numel() for parameter in network.parameters())
    assert facts.parameters > facts.learnable  # Batch norms.
    assert facts.macs == count_macs(network, 1, 44)
    assert (facts.recipe_name, facts.seed, facts.kept_epoch) == ("tiny", 3, 8)
    with finished.log.open() as stream:
        last = list(csv.DictReader(stream))[-1]
    assert facts.gap == float(last["gap"])
    assert facts.curve.accuracy[-1] == float(last["public_accuracy"])
    assert facts.curve.minutes[-1] == pytest.approx(facts.minutes, abs=0.05)


def test_the_gap_is_that_of_the_kept_epoch_and_old_logs_have_none(finished_copy):
    with finished_copy.log.open() as stream:
        rows = list(csv.DictReader(stream))
    path = finished_copy.folder / "run.json"
    path.write_text(path.read_text().replace('"epochs"', '"best_epoch": 2,\n "epochs"'))
    facts = read_facts(RunSubject(finished_copy))
    assert (facts.kept_epoch, facts.gap) == (2, float(rows[1]["gap"]))
    finished_copy.write_log([{k: v for k, v in row.items() if k != "gap"} for row in rows])
    old = read_facts(RunSubject(finished_copy))
    assert (old.gap, old.curve.gap) == (None, None)


@pytest.mark.parametrize("text", ["", "epoch\n1\n", "epoch,seconds\none,two\n"])
def test_a_damaged_log_is_one_line(text, tmp_path):
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(RunError, match="not a log of mien train"):
        read_curve(Run(tmp_path))


def test_a_model_file_is_compared_with_a_run(
    finished, file_subject, faces, data_home, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    save_faces(faces, stored_path(faces.name))
    paths = [finished.folder, file_subject.where]
    with pytest.raises(RunError, match=r"mien evaluate .*\.onnx --split PublicTest, or add"):
        compare(paths, speed=False)
    found = compare(paths, evaluate=True, speed=False)
    file = next(model for model in found.models if model.name == file_subject.name)
    card = file_subject.classifier.card
    public = faces.rows("PublicTest")
    answers = file_subject.classifier.classify(faces.images[public])["fer2013"]
    right = answers.argmax(axis=1) == faces.labels[public]
    assert file.scores.accuracy.value == pytest.approx(right.mean())
    assert file.calibration_error == pytest.approx(
        expected_calibration_error(answers.astype(float), faces.labels[public])
    )
    assert file.temperature == card.heads["fer2013"].temperature
    facts = file.facts
    assert (facts.learnable, facts.macs) == (card.parameters, card.macs)
    assert (facts.kind, facts.parameters, facts.gap, facts.curve) == (
        "model file",
        None,
        None,
        None,
    )


def test_missing_predictions_of_other_views_are_made_when_asked(
    finished_copy, worse, faces, data_home
):
    subject = RunSubject(finished_copy)
    with pytest.raises(
        RunError, match=r"no predictions of PublicTest with flip views.*--views flip"
    ):
        compare([finished_copy.folder, worse.folder], views="flip", speed=False)
    save_faces(faces, stored_path("tiny"))
    make_predictions(subject, "PublicTest", "flip")
    assert predictions_path(subject, "flip").name == "predictions-flip.parquet"
    assert len(read_answers(subject, "PublicTest", "flip").labels) == 21


def test_latency_of_a_run_and_of_a_file(finished, file_subject):
    torch.set_num_threads(2)
    heard = []
    try:
        found = measure_latency(
            [RunSubject(finished), file_subject],
            seconds=0,
            on_round=lambda batch, number: heard.append((batch, number)),
        )
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert [each.runtime for each in found] == ["torch float32", "ONNX Runtime"]
    assert heard == [(b, n) for b in BATCHES for n in range(1, FEWEST_ROUNDS + 1)]
    for each in found:
        assert [timing.batch for timing in each.timings] == list(BATCHES)
        for timing in each.timings:
            assert 0 < timing.lower_quartile <= timing.milliseconds <= timing.upper_quartile
            assert timing.rounds == FEWEST_ROUNDS


def _change(**fields):
    return lambda found: replace(found, **fields)


def _other_labels(found):
    head = found.main_head
    names = ("furious", *found.labels_of[head][1:])
    return replace(found, labels_of={**found.labels_of, head: names})


def _fewer(found):
    return found.where(np.arange(len(found.rows)) != 0, "at all")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_change(data_sha256="0" * 64), "other: was evaluated on other data than tiny-s3"),
        (_fewer, r"other: was evaluated on other images \(20\) than tiny-s3 \(21\)"),
        (_other_labels, r"other: its labels \(furious, .*\) are not those of tiny-s3 \(angry,"),
    ],
)
def test_what_was_not_asked_the_same_is_not_compared(change, message, finished, copy_run, tmp_path):
    other = copy_run(tmp_path / "other", change)
    with pytest.raises(UsageError, match=message) as caught:
        compare([finished.folder, other.folder], speed=False)
    assert "\n" not in str(caught.value)


def test_bad_calls(finished, worse, copy_run, tmp_path):
    def fails(*paths, **options):
        with pytest.raises(MienError) as caught:
            compare(paths, speed=False, **options)
        return str(caught.value)

    assert "at least 2" in fails(finished.folder)
    assert "at least 2" in fails()
    assert "at least 2" in fails(finished.folder, baseline=finished.folder)
    twice = fails(finished.folder, worse.folder / ".." / worse.folder.name, worse.folder)
    assert "is there twice" in twice and worse.folder.name in twice
    assert "no such run folder" in fails(finished.folder, tmp_path / "nowhere")
    assert "no such model file" in fails(finished.folder, tmp_path / "no.onnx")
    unfinished = copy_run(tmp_path / "unfinished")
    (unfinished.folder / "run.json").unlink()
    assert "not complete" in fails(finished.folder, unfinished.folder)
    public = copy_run(tmp_path / "public")
    write_predictions(read_predictions(public.predictions).split("PublicTest"), public.predictions)
    missing = fails(finished.folder, public.folder, split="PrivateTest")
    assert "mien evaluate" in missing and "--split PrivateTest" in missing
    public.predictions.write_bytes(b"PAR1")
    assert "not a predictions file" in fails(finished.folder, public.folder)


def test_runs_of_the_same_name_are_called_by_their_path(finished, copy_run, tmp_path):
    other = copy_run(tmp_path / finished.folder.name, lambda found: spoil(found, 5))
    found = compare([finished.folder, other.folder], speed=False)
    assert [model.name for model in found.models] == [str(finished.folder), str(other.folder)]


@pytest.mark.parametrize("name", ["vgg8-small-robust", "small"])
def test_a_packaged_model_is_compared_by_its_name(
    finished, faces, data_home, tmp_path, monkeypatch, few_rounds, name
):
    monkeypatch.chdir(tmp_path)
    save_faces(faces, stored_path(faces.name))
    # What the packaged model was trained on goes by this name; here it is the same little set.
    save_faces(faces, stored_path("fer2013"))
    before = torch.get_num_threads()
    try:
        verb(
            [str(finished.folder), name],
            baseline=name,
            folder=tmp_path / "compared",
            evaluate=True,
            threads=2,
        )
    finally:
        torch.set_num_threads(before)
    found = json.loads((tmp_path / "compared" / "compare.json").read_text("utf-8"))
    assert {model["name"] for model in found["models"]} == {"tiny-s3", "vgg8-small-robust"}
    assert found["reference"] == "vgg8-small-robust"
    assert {model["latency"]["threads"] for model in found["models"]} == {2}
    with pytest.raises(UsageError, match="is there twice"):
        verb(["small", "vgg8-small-robust"])
    with pytest.raises(RunError, match="vgg9: no such run folder"):
        verb(["small", "vgg9"])
