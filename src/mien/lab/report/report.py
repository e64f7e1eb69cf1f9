"""Everything about a model: computed once, for the page and for ``report.json``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.lab.comparison.facts import Facts, read_facts
from mien.lab.data.faces import FaceData
from mien.lab.data.fer2013 import is_fer2013
from mien.lab.data.store import stored_names
from mien.lab.evaluation.evaluate import Evaluation, evaluate_subject, predictions_path
from mien.lab.evaluation.groups.group_files import find_groups
from mien.lab.evaluation.groups.group_results import Groups
from mien.lab.evaluation.mistakes.mistakes import Mistakes, find_mistakes
from mien.lab.evaluation.predictions import read_predictions
from mien.lab.evaluation.robustness.corruption_table import CorruptionTable, read_corruptions
from mien.lab.evaluation.subject import ModelSubject, RunSubject
from mien.lab.explain.explain import NetworkExplanation, explain_run
from mien.lab.explain.model_file import FileExplanation, explain_file
from mien.lab.explain.shown import rows_to_show
from mien.lab.report.summary import Conclusion, Seen, summarise, what_it_saw
from mien.lab.training.predict import Views

SCHEMA = "mien.report/1"


@dataclass(frozen=True)
class Report:
    """All that is known of a model.

    Attributes
    ----------
    facts : Facts
        What it is and what its training cost.
    summary : str
        What it is, in its recipe's or card's words.
    own_data : bool
        Whether the data are those that it was trained on.
    split : str
        The one that mistakes, groups and explanations are of.
    evaluation : Evaluation
        Of all splits that were measured.
    mistakes : Mistakes
    groups : Groups
    explanation : Explanation, FileExplanation or None
        None when it was not asked for, or for a run on data that it was not trained on.
    corruptions : CorruptionTable or None
        What ``mien evaluate --corruptions`` has measured of this model file; None where it has not.
    seen : Seen
        Whether it was trained on any of the images.
    findings : tuple of Conclusion
        The report in a few sentences.
    """

    facts: Facts
    summary: str
    own_data: bool
    split: str
    evaluation: Evaluation
    mistakes: Mistakes
    groups: Groups
    explanation: NetworkExplanation | FileExplanation | None
    corruptions: CorruptionTable | None
    seen: Seen
    findings: tuple[Conclusion, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain types, ready for JSON."""
        return {
            "schema": SCHEMA,
            "name": self.evaluation.subject,
            "summary": self.summary,
            "split": self.split,
            "findings": [asdict(finding) for finding in self.findings],
            "facts": asdict(self.facts),
            "evaluation": self.evaluation.to_dict(),
            "mistakes": self.mistakes.to_dict(),
            "groups": self.groups.to_dict(),
            "explanation": None if self.explanation is None else self.explanation.to_dict(),
            "corruptions": None if self.corruptions is None else self.corruptions.to_dict(),
        }


def make_report(
    subject: RunSubject | ModelSubject,
    data: FaceData,
    split: str = "PublicTest",
    views: Views = "single",
    *,
    group_table: Path | None = None,
    estimate_groups: bool = False,
    cross: bool = False,
    explain: bool = True,
    on_step: Callable[[str], None] = lambda step: None,
) -> Report:
    """Evaluate a model and find out all about it.

    Parameters
    ----------
    subject : RunSubject or ModelSubject
    data : FaceData
        With the subject's labels: see ``evaluation.subject.seen_by``.
    split : str
        As for ``evaluate_subject``, which writes ``predictions.parquet``.
    views : {"single", "flip", "ten-crop"}
    group_table : Path, optional
        Columns to group by: see ``evaluation.group_columns``.
    estimate_groups, cross : bool
        As for ``evaluation.group_files.find_groups``.
    explain : bool
        Whether to look into the network, which takes longest.
    on_step : callable
        Told what comes next.

    Raises
    ------
    MienError
        What ``evaluate_subject`` and ``find_groups`` raise.
    """
    on_step("evaluating")
    evaluation = evaluate_subject(subject, data, (split,), views)
    part = read_predictions(predictions_path(subject, data, views)).split(split)
    on_step("looking for mistakes")
    own = data.sha256 == subject.data_sha256
    mistakes = find_mistakes(part, evaluation.calibration, data, fitted=own)
    on_step("comparing groups")
    groups = find_groups(
        part,
        evaluation.calibration,
        data,
        table=group_table,
        estimate=estimate_groups,
        cross=cross,
    )
    explanation: NetworkExplanation | FileExplanation | None = None
    if explain and isinstance(subject, ModelSubject):
        on_step("looking at what it looks at")
        explanation = explain_file(subject, data, np.sort(part.rows), split)
    elif explain and own and isinstance(subject, RunSubject):
        shown = rows_to_show(subject, data, np.sort(part.rows))
        explanation = explain_run(subject, data, shown, split=split, on_step=on_step)
    facts = read_facts(subject)
    known = own or subject.data_name in stored_names()
    seen = what_it_saw(evaluation.measures[split].twins, facts, own=own, known=known)
    return Report(
        facts=facts,
        summary=str(facts.recipe["summary"]),
        own_data=own,
        split=split,
        evaluation=evaluation,
        mistakes=mistakes,
        groups=groups,
        explanation=explanation,
        corruptions=read_corruptions(subject.results, subject.where)
        if isinstance(subject, ModelSubject)
        else None,
        seen=seen,
        findings=summarise(
            evaluation.measures[split], mistakes, groups, facts, seen, fer2013=is_fer2013(data)
        ),
    )
