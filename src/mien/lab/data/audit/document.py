"""``audit.json``: everything that an audit found, for programs.

Rows are positions in the imported data set, from 0 (for ``fer2013.csv``: the line number less 2).
Shares lie between 0 and 1, grey values between 0 and 255. The document::

    schema          "mien.audit/1"
    name, sha256, label_set, labels, images, notes
    thresholds      near_correlation, nearly_blank_deviation, mostly_share, suspect_margin
    findings        [{key, level, what, meaning, action}]
                    level: act | know | missing | fine
    counts          [{split, images, counts: {label: images}, shares: {label: share},
                      imbalance_ratio | null, missing: [label]}]; split "all" is the last
    blanks          [{row, split, label, kind, mean, deviation, grey_values, commonest_share}]
                    kind: blank | nearly blank | mostly one value
    duplicates
      overlaps      [{split, other, images, exact, exact_disagreeing, exact_or_near}]
      exact         [{rows, splits, labels, labels_agree, votes_agree | null,
                      votes_identical | null}], pixel-identical
      near_pairs    [{rows, splits, labels, correlation, mirrored}], at most 10,000
      near_pair_count
      families      like exact: connected by exact or near duplicates
      complete      whether the search for near duplicates was
    intensity       [{split, label, images, mean, deviation, brightness_deviation, contrast,
                      black_share, white_share, percentiles: {"1": …, "99": …}}]
    agreement       null without FER+ votes, or
      rule
      overall       {name, images, compared, agreeing, share | null}
      by_label, by_split   [the same]
      cross_table   {label: {FER+ majority or "none": images}}
      without_counterpart  [label]
      not_faces     [row]
      suspects      [{row, split, label, majority, label_votes, majority_votes, votes}]

What each field means is written at the dataclass of the same name in ``mien.lab.data.audit``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mien.lab.data.audit.audit import Audit
from mien.lab.data.audit.blanks import MOSTLY_SHARE, NEARLY_BLANK_DEVIATION
from mien.lab.data.audit.duplicates import Duplicates
from mien.lab.data.audit.label_agreement import SUSPECT_MARGIN, AgreementAudit, LabelAgreement
from mien.lab.data.audit.near import LEAST_CORRELATION

SCHEMA = "mien.audit/1"

MOST_PAIRS_LISTED = 10_000


def to_document(audit: Audit) -> dict[str, Any]:
    """The audit as plain dicts, lists, strings and numbers; see the top of this module."""
    return {
        "schema": SCHEMA,
        "name": audit.name,
        "sha256": audit.sha256,
        "label_set": audit.label_set,
        "labels": list(audit.labels),
        "images": audit.images,
        "notes": list(audit.notes),
        "thresholds": {
            "near_correlation": LEAST_CORRELATION,
            "nearly_blank_deviation": NEARLY_BLANK_DEVIATION,
            "mostly_share": MOSTLY_SHARE,
            "suspect_margin": SUSPECT_MARGIN,
        },
        "findings": [asdict(finding) for finding in audit.findings],
        "counts": [
            {
                **asdict(part),
                "shares": {label: _rounded(part.share(label)) for label in part.counts},
                "missing": list(part.missing),
            }
            for part in audit.counts
        ],
        "blanks": [_plain(blank) for blank in audit.blanks],
        "duplicates": _duplicates(audit.duplicates),
        "intensity": [_plain(part) for part in audit.intensity],
        "agreement": None if audit.agreement is None else _agreement(audit.agreement),
    }


def to_json(audit: Audit) -> str:
    """The document as text: a line for each row of a list, so that it can be read and compared."""
    return _lines(to_document(audit), "") + "\n"


def _duplicates(found: Duplicates) -> dict[str, Any]:
    return {
        "overlaps": [asdict(part) for part in found.overlaps],
        "exact": [_plain(group) for group in found.exact],
        "near_pairs": [_plain(pair) for pair in found.near_pairs[:MOST_PAIRS_LISTED]],
        "near_pair_count": len(found.near_pairs),
        "families": [_plain(group) for group in found.families],
        "complete": found.complete,
    }


def _agreement(agreement: AgreementAudit) -> dict[str, Any]:
    def one(part: LabelAgreement) -> dict[str, Any]:
        return {
            **asdict(part),
            "share": None if part.share is None else _rounded(part.share),
        }

    return {
        "rule": agreement.rule,
        "overall": one(agreement.overall),
        "by_label": [one(part) for part in agreement.by_label],
        "by_split": [one(part) for part in agreement.by_split],
        "cross_table": agreement.cross_table,
        "without_counterpart": list(agreement.without_counterpart),
        "not_faces": list(agreement.not_faces),
        "suspects": [asdict(suspect) for suspect in agreement.suspects],
    }


def _plain(record: Any) -> dict[str, Any]:
    """A flat dataclass as a dict, tuples as lists, floats rounded."""
    plain = {}
    for key, value in vars(record).items():
        if isinstance(value, tuple):
            value = list(value)
        plain[key] = _rounded(value) if isinstance(value, float) else value
    return plain


def _rounded(value: float) -> float:
    return round(value, 6)


def _lines(value: Any, indent: str) -> str:
    """JSON with one line for each value that holds no dict inside."""
    deeper = indent + "  "
    if isinstance(value, dict) and any(isinstance(part, dict | list) for part in value.values()):
        if not _holds_dicts(value):
            return json.dumps(value, ensure_ascii=False)
        body = [
            f"{deeper}{json.dumps(key, ensure_ascii=False)}: {_lines(part, deeper)}"
            for key, part in value.items()
        ]
        return "{\n" + ",\n".join(body) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        body = [f"{deeper}{json.dumps(part, ensure_ascii=False)}" for part in value]
        return "[\n" + ",\n".join(body) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _holds_dicts(value: dict[str, Any]) -> bool:
    return any(
        isinstance(part, dict)
        or (isinstance(part, list) and any(isinstance(item, dict) for item in part))
        for part in value.values()
    )
