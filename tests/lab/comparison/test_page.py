"""compare.csv, compare.json, compare.html, the sentences and the terminal's table."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from mien.cli.lab.compare import compare as compare_verb
from mien.cli.lab.compare import comparison_table
from mien.errors import OutputError
from mien.lab.comparison.compare import compare
from mien.lab.comparison.comparison_csv import to_csv
from mien.lab.comparison.comparison_page import render_page, write_comparison
from mien.lab.comparison.words import findings, p_value, points, signed
from mien.lab.result_files import json_text

from ..data.audit.test_page import Page
from .test_figures import many


@pytest.fixture(scope="module")
def timed(finished, worse, few_rounds):
    return compare([finished.folder, worse.folder], baseline=worse.folder)


def test_json_holds_everything_and_csv_a_line_a_model(timed):
    document = json.loads(json_text(timed.to_dict()))
    assert document["schema"] == "mien.compare/1"
    rows = list(csv.DictReader(io.StringIO(to_csv(timed))))
    assert [row["name"] for row in rows] == ["tiny-s3", "tiny-s4"]
    for row, model, told in zip(rows, timed.models, document["models"], strict=True):
        assert float(row["accuracy_low"]) == model.scores.accuracy.low
        assert told["scores"]["accuracy"]["low"] == model.scores.accuracy.low
        assert float(row["milliseconds_batch_32"]) == model.latency.timings[1].milliseconds
        assert told["latency"]["timings"][1]["milliseconds"] == float(row["milliseconds_batch_32"])
        assert int(row["macs"]) == model.facts.macs
    assert float(rows[0]["corrected_p"]) == timed.models[0].against.corrected_p
    assert rows[1]["verdict"] == ""  # The baseline itself.


def test_the_page_is_whole_loads_nothing_and_says_it_all(timed):
    text = render_page(timed)
    page = Page(text)
    assert not page.all("script") and not page.all("link")
    assert all(image["src"].startswith("data:") and image["alt"] for image in page.all("img"))
    assert not re.findall(r"url\((?!data:)", text)
    links = {link["href"][1:] for link in page.all("a")}
    assert links <= {attributes.get("id") for _, attributes in page.tags}
    for line in findings(timed):
        assert line in page.text
    assert "tiny-s3" in page.text and "the baseline" in page.text


def test_names_are_escaped(timed):
    models = (replace(timed.models[0], name="<b>&amp"), *timed.models[1:])
    text = render_page(replace(timed, models=models))
    assert "<b>" not in text and "&lt;b&gt;&amp;amp" in text


def test_equal_costs_are_not_drawn_and_more_than_twelve_curves_are_said(timed, comparison):
    page = Page(render_page(timed))
    assert "All have the same size and cost" in page.text
    assert len([image for image in page.all("img") if "by epochs" in image["alt"]]) == 1
    crowd = Page(render_page(many(comparison, 15)))
    assert "Of 15 runs 12 are drawn" in crowd.text


def test_the_sentences(comparison, timed, finished, copy_run, tmp_path):
    told = " ".join(findings(comparison))
    assert "tiny-s3 has the highest accuracy" in told
    assert "picked on these very images" in told
    assert "anecdote" not in told  # Two seeds of one recipe.
    assert "tiny-s4 is the baseline" in " ".join(findings(timed))
    single = compare([finished.folder, copy_run(tmp_path / "copy").folder], speed=False)
    assert "one seed is an anecdote" in " ".join(findings(single))
    private = compare([finished.folder, tmp_path / "copy"], split="PrivateTest", speed=False)
    assert "Choices are made on PublicTest" in " ".join(findings(private))


def test_numbers_in_words():
    assert (points(-0.0123), points(0.05), points(0.0001)) == ("−1.2", "+5.0", "0.0")
    assert (signed(-1.26, 1), p_value(0.0004), p_value(0.0123)) == ("−1.3", "< 0.001", "0.012")


def test_the_table_fits_a_hundred_columns(timed):
    models = tuple(replace(m, name=f"{'a-rather-long-' * 4}{m.number}") for m in timed.models)
    stream = io.StringIO()
    Console(file=stream, width=100).print(comparison_table(replace(timed, models=models)))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    assert "…" not in stream.getvalue()
    for model in timed.models:
        assert any(f"{100 * model.scores.accuracy.value:.1f} ±" in line for line in lines)


def test_the_verb_writes_three_files_and_prints_the_verdicts(finished, worse, tmp_path):
    app = typer.Typer()
    app.command()(compare_verb)
    folder = tmp_path / "out"
    arguments = [str(finished.folder), str(worse.folder), "--no-speed", "--out", str(folder)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "compare.csv",
        "compare.html",
        "compare.json",
    ]
    assert "tiny-s3 has the highest accuracy" in done.output


def test_a_folder_that_cannot_be_written_is_one_line(comparison, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose another folder with --out"):
        write_comparison(comparison, tmp_path / "file" / "out")


def test_models_that_kept_twins_are_told_from_those_that_did_not(comparison):
    assert "Not the same protocol" not in " ".join(findings(comparison))
    first, *others = comparison.models
    data = {**first.facts.recipe["data"], "twins": "keep"}
    kept = replace(first.facts, recipe={**first.facts.recipe, "data": data})
    mixed = replace(comparison, models=(replace(first, facts=kept), *others))
    assert f"Not the same protocol: {first.name} kept images in Training" in " ".join(
        findings(mixed)
    )
    data.pop("twins")  # Of a Mien that did not know the key, and kept them.
    assert f"Not the same protocol: {first.name} kept" in " ".join(findings(mixed))
