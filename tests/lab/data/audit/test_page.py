"""The findings, audit.json and audit.html."""

from __future__ import annotations

import base64
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from mien.emotions import FER2013, FOUR, LabelSet
from mien.errors import DataError, OutputError
from mien.lab.data.audit.audit import Audit, audit_faces
from mien.lab.data.audit.audit_page import render_page, write_audit
from mien.lab.data.faces import FaceData
from mien.lab.data.labels.relabel import relabel
from mien.lab.data.sample import sample_rows
from mien.lab.pages.contact_sheet import contact_sheet
from mien.lab.pages.picture import png_data_uri
from mien.lab.result_files import rows_text

from .conftest import patterns

VOID = {"meta", "img", "br", "path", "rect"}


class Page(HTMLParser):
    """Checks that tags are closed in order; collects tags, ids, links, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _levels(audit: Audit) -> dict[str, str]:
    return {finding.key: finding.level for finding in audit.findings}


def _what(audit: Audit, key: str) -> str:
    return next(finding.what for finding in audit.findings if finding.key == key)


@pytest.fixture(scope="module")
def audited(planted) -> Audit:
    return audit_faces(planted.data)


@pytest.fixture(scope="module")
def page(planted, audited) -> Page:
    return Page(render_page(audited, planted.data))


def test_findings_of_the_planted_data(audited):
    assert _what(audited, "twins_PrivateTest_Training") == (
        "1 PrivateTest image (5.0%) has a pixel-identical twin in Training; 0 of them under "
        "another label."
    )
    assert _what(audited, "blanks") == (
        "3 images without much in it: 1 blank, 1 nearly blank, 1 mostly one value (3 in Training)."
    )
    assert _what(audited, "conflicting_twins").startswith("1 of 3 groups of identical images")
    assert _what(audited, "near_duplicates").startswith("2 pairs of different images")
    levels = _levels(audited)
    assert levels["imbalance"] == "fine"
    assert "splits" not in levels and "twins_PrivateTest_PublicTest" not in levels
    order = [("act", "know", "missing", "fine").index(one.level) for one in audited.findings]
    assert order == sorted(order)


def test_the_document_has_every_figure(planted, audited):
    document = audited.to_dict()
    assert json.loads(rows_text(audited.to_dict())) == document
    assert document["schema"] == "mien.audit/1"
    assert document["sha256"] == planted.data.sha256
    assert document["counts"][-1]["counts"] == audited.counts[-1].counts
    assert document["duplicates"]["exact"][0]["rows"] == list(planted.triple)
    assert document["duplicates"]["near_pair_count"] == 2
    assert document["duplicates"]["near_pairs"][0]["rows"] in (
        list(planted.flipped),
        list(planted.brighter),
    )
    assert [blank["row"] for blank in document["blanks"]] == [
        planted.blank,
        planted.nearly_blank,
        planted.mostly,
    ]
    assert document["agreement"]["overall"]["compared"] == len(planted.data) - 1
    assert document["agreement"]["suspects"][0]["row"] == planted.wrong
    assert len(document["intensity"]) == len(audited.intensity)


def test_the_page_stands_alone(page):
    assert not page.all("script") and not page.all("link") and not page.all("iframe")
    sources = [image["src"] or "" for image in page.all("img")]
    assert sources and all(source.startswith("data:image/png;base64,") for source in sources)
    targets = [link["href"] or "" for link in page.all("a")]
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert targets and all(target[0] == "#" and target[1:] in ids for target in targets)
    for _, attributes in page.tags:
        assert not any("//" in (value or "") for key, value in attributes.items() if key != "src")
    assert "url(" not in page.text and "@import" not in page.text and "http" not in page.text


def test_the_page_can_be_read_without_seeing_it(page):
    assert page.all("html")[0]["lang"] == "en"
    assert all(image["alt"] for image in page.all("img"))
    assert all(drawing["aria-label"] for drawing in page.all("svg"))
    assert all(head.get("scope") in ("row", "col") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 5
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1 and all(b - a <= 1 for a, b in itertools.pairwise(headings))


def test_the_page_shows_what_was_found(page, planted, audited):
    for finding in audited.findings:
        assert finding.what in page.text
    alts = {image["alt"] for image in page.all("img")}
    assert f"Images of row {planted.flipped[0]}, {planted.flipped[1]}" in alts
    assert f"Image of row {planted.blank}" in alts
    assert f"Image of row {planted.wrong}" in alts
    assert alts >= {
        f"{min(24, count)} images labelled {label}, drawn at random"
        for label, count in audited.counts[-1].counts.items()
    }


def test_the_pictures_are_those_of_the_rows(page, planted):
    source = next(
        image["src"]
        for image in page.all("img")
        if image["alt"] == f"Image of row {planted.mostly}"
    )
    png = np.frombuffer(base64.b64decode((source or "").split(",")[1]), np.uint8)
    shown = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(shown, planted.data.images[planted.mostly])


def test_the_same_data_give_the_same_files(planted, audited, tmp_path):
    again = audit_faces(planted.data)
    page = write_audit(audited, planted.data, tmp_path / "a" / "b")
    assert page.name == "audit.html"
    paths = [page, page.with_name("audit.json")]
    before = [path.read_bytes() for path in paths]
    write_audit(again, planted.data, tmp_path / "a" / "b")
    assert [path.read_bytes() for path in paths] == before
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["audit.html", "audit.json"]


def test_a_folder_that_cannot_be_written(planted, audited, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="--out"):
        write_audit(audited, planted.data, tmp_path / "file")


def test_a_full_disk_leaves_no_part_of_a_file(planted, audited, tmp_path, disk_full):
    write_audit(audited, planted.data, tmp_path)
    before = (tmp_path / "audit.html").read_bytes()
    with disk_full(), pytest.raises(OutputError):
        write_audit(audited, planted.data, tmp_path)
    assert (tmp_path / "audit.html").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.html", "audit.json"]


def _plain(images: np.ndarray, labels: list[int], label_set: LabelSet) -> FaceData:
    splits = np.zeros(len(images), np.uint8)
    return FaceData("plain", images, np.array(labels, np.uint8), splits, label_set)


THREE = LabelSet("three", ("smiling", "<b>bored</b>", "neither & nor"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_plain(patterns(1), [3], FER2013), {"imbalance": "act", "empty_classes": "act"}),
        (_plain(patterns(6), [0] * 6, THREE), {"splits": "missing", "agreement": "missing"}),
        (_plain(patterns(6), [0, 1, 2] * 2, THREE), {"imbalance": "fine", "twins": "fine"}),
        (
            _plain(np.zeros((6, 48, 48), np.uint8), [0, 1, 2, 3] + [0] * 2, FOUR),
            {"blanks": "act", "conflicting_twins": "act", "near_duplicates": "fine"},
        ),
        (_plain(np.repeat(patterns(1), 9, axis=0), [0, 1, 2] * 3, THREE), {"twins_inside": "know"}),
    ],
    ids=["one image", "one class", "own labels", "all blank", "all the same"],
)
def test_unusual_data_sets(data, expected):
    audit = audit_faces(data)
    assert expected.items() <= _levels(audit).items()
    assert json.loads(rows_text(audit.to_dict())) == audit.to_dict()
    text = render_page(audit, data)
    page = Page(text)
    assert "<b>bored" not in text
    assert all(label in page.text for label in data.label_set.labels)
    assert "This data set has no FER+ votes." in page.text


def test_other_label_sets_of_the_planted_data(planted):
    for name in ("four", "valence", "ferplus"):
        data = relabel(planted.data, name)
        audit = audit_faces(data)
        assert audit.agreement is not None and audit.agreement.overall.share > 0.9
        Page(render_page(audit, data))


def test_a_search_that_gave_up_is_said(monkeypatch):
    monkeypatch.setattr("mien.lab.data.audit.near.MOST_CANDIDATES", 5)
    data = _plain(patterns(1) + np.arange(9, dtype=np.uint8)[:, None, None], [0, 1, 2] * 3, THREE)
    audit = audit_faces(data)
    assert not audit.duplicates.complete
    assert "gave up" in _what(audit, "near_duplicates")
    assert "gave up" in Page(render_page(audit, data)).text


def test_no_images_are_an_error(planted):
    with pytest.raises(DataError, match="has no images"):
        audit_faces(planted.data.take(np.zeros(0, np.int64)))


def test_light_that_goes_with_the_class_is_said(planted):
    images = (planted.data.images * 0.6).astype(np.uint8)
    images[planted.data.labels == 2] += 90
    audit = audit_faces(replace(planted.data, images=images))
    assert _levels(audit)["light_class"] == "know" and "fear" in _what(audit, "light_class")
    assert _levels(audit)["light_split"] == "fine"


def test_samples_are_of_the_label_and_always_the_same(faces):
    rows = sample_rows(faces, "happy", 5)
    assert len(rows) == 5 and (faces.labels[rows] == faces.label_set.index("happy")).all()
    np.testing.assert_array_equal(rows, sample_rows(faces, "happy", 5))
    assert len(sample_rows(faces, "happy", 1000)) == np.sum(faces.labels == 3)


def test_contact_sheets_put_images_in_rows():
    images = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((1, 4, 6), np.uint8)
    sheet = contact_sheet(images, columns=3)
    assert sheet.shape == (2 * 4 + 2, 3 * 6 + 2 * 2)
    assert sheet[0, 0] == 0 and sheet[0, 8] == 1 and sheet[6, 8] == 4
    assert sheet[4, 0] == sheet[0, 6] == sheet[9, 20] == 128
    assert contact_sheet(images[:1]).shape == (4, 6)
    assert png_data_uri(sheet).startswith("data:image/png;base64,iVBOR")
