from __future__ import annotations

import pytest

from mien.emotions import FER2013, FERPLUS, LabelSet
from mien.errors import DataError
from mien.lab.data.labels.mapping import load_mapping, packaged_mappings, parse_mapping


def _error(text: str) -> str:
    with pytest.raises(DataError) as caught:
        parse_mapping(text, "map.yaml")
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith("map.yaml: ")
    return str(caught.value).removeprefix("map.yaml: ")


def test_the_packaged_ones():
    assert packaged_mappings() == ("affectnet", "ck+", "fer2013", "jaffe", "rafdb")
    numbers = load_mapping("fer2013").labels
    assert [numbers[str(code)] for code in range(7)] == list(FER2013.labels)
    assert load_mapping("affectnet").target == FERPLUS
    assert load_mapping("RAF-DB") == load_mapping("rafdb")


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("rafdb", {"1": "surprise", "4": "happy", "6": "angry", "7": "neutral"}),
        (
            "affectnet",
            {"0": "neutral", "1": "happy", "3": "surprise", "7": "contempt", "8": "drop"},
        ),
        ("ck+", {"anger": "angry", "contempt": "contempt", "sadness": "sad"}),
        ("jaffe", {"an": "angry", "su": "surprise"}),
    ],
)
def test_their_numbers_and_names(name, labels):
    mapping = load_mapping(name)
    assert {own: mapping.labels[own] for own in labels} == labels


def test_ck_plus_has_no_numbers_since_copies_disagree_about_them():
    assert not any(own.isdecimal() for own in load_mapping("ck+").labels)


def test_a_file_with_everything(tmp_path):
    path = tmp_path / "smile.yaml"
    path.write_text(
        "label_set:\n  name: smile\n  labels: [smiling, other]\n"
        "labels: {3: smiling, Other: other, 7: drop}\n"
        "columns: {image: picture, label: class, split: fold}\n"
        "splits: {a: Training, b: PrivateTest}\n"
    )
    mapping = load_mapping(str(path))
    assert mapping.target == LabelSet("smile", ("smiling", "other"))
    assert mapping.labels == {"3": "smiling", "other": "other", "7": "drop"}
    assert mapping.columns.image == "picture"
    assert mapping.splits == {"a": "Training", "b": "PrivateTest"}


def test_labels_of_a_set_of_ones_own_may_be_numbers():
    mapping = parse_mapping("label_set: {name: score, labels: [0, 1]}", "map.yaml")
    assert mapping.target.labels == ("0", "1")


OWN = "label_set: {name: own, labels: [a, b]}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lables: {1: happy}\nlabel_set: fer2013", "unknown key 'lables'; did you mean 'labels'?"),
        ("label_set: fer2013\ncolumns: {lable: x}", "unknown key 'columns.lable'; did you mean 'l"),
        ("label_set: {nmae: own, labels: [a, b]}", "unknown key 'label_set.nmae'; did you mean 'n"),
        ("label_set: fer2103", "label_set: no label set 'fer2103'; did you mean 'fer2013'?"),
        ("labels: {1: happy}", "no key 'label_set'; name a label set: fer2013, ferplus, four, "),
        (
            "label_set: fer2013\nlabels: {1: hapy}",
            "labels.1: 'hapy' is not in label set fer2013; did you mean 'happy'?",
        ),
        ("label_set: fer2013\nlabels: {1: drop}", "labels: every label is dropped"),
        ("label_set: fer2013\nlabels: {1: sad, 1: sad}", "(line 2: the key 1 is there twice)"),
        ("label_set: fer2013\nlabels: {1: sad, '1': fear}", "the key '1' is there twice"),
        ("label_set: fer2013\nlabels: {A: sad, a: fear}", "labels: 'a' is there twice (case does"),
        ("label_set: fer2013\nlabels: {no: sad}", "labels: YAML takes yes, no, on and off for swi"),
        ("label_set: fer2013\nlabels: [happy]", "labels: Input should be a valid dictionary"),
        ("label_set: fer2013\nsplits: {a: Test}", "splits.a: Input should be 'Training', 'Public"),
        ("label_set: fer2013\nfile_pattern: '('", "file_pattern: not a regular expression ("),
        ("label_set: fer2013\nfile_pattern: 'x'", "file_pattern: needs a group named label: (?P<"),
        ("label_set: {name: own, labels: [a]}", "label_set.labels: Tuple should have at least 2"),
        ("label_set: fer2013\nlabels: {1: sad, 1.0: fear}", "the key 1.0 is there twice"),
        ("label_set: fer2013\nlabels: {1: sad, '1.0': fear}", "'1' is there twice (case does not"),
        (
            "label_set: fer2013\nsplits: {Train: Training, train: PublicTest}\nlabels: {1: sad}",
            "splits: 'train' is there twice (case, - and _ do not matter) and means PublicTest and",
        ),
        ("label_set: fer2013\nlabels: {1: Angst}", "set fer2013; did you mean 'fear'"),
        ("label_set: {name: own, labels: [a, a]}", "label_set.labels: 'a' is there twice or means"),
        ("label_set: {name: own, labels: [a, drop]}", "label_set.labels: 'drop' is there twice or"),
        ("label_set: {name: four, labels: [a, b]}", "label_set.name: 'four' is Mien's own set of "),
        ("label_set: {name: My set, labels: [a, b]}", "label_set.name: String should match patter"),
        (f"{OWN}labels: {{1: c}}", "labels.1: 'c' is not in label set own; there are: a, b, drop"),
        ("label_set: [fer2013]", "label_set: Input should be a valid string (got "),
        ("a: [", "not valid YAML (while parsing"),
        ("", "holds no keys; expected label_set: and labels:"),
        ("- a", "holds no keys; expected label_set: and labels:"),
        ("? [a, b]\n: 1", "not valid YAML ("),
    ],
)  # fmt: skip
def test_every_mistake_has_its_message(text, says):
    assert says in _error(text)


@pytest.mark.parametrize("name", ["no.yaml", "raf", ""])
def test_a_missing_file(name):
    with pytest.raises(DataError, match="no such mapping; name a YAML file or one of: affectnet, "):
        load_mapping(name)
