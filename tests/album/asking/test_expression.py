"""The expression language: what it means, and where it says that something is wrong."""

from __future__ import annotations

import operator
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.album.asking.expression import (
    Condition,
    Expression,
    Joined,
    Not,
    leading_name,
    parse_expression,
)
from mien.errors import UsageError

NAMES = ("happy", "sad", "faces")
COLUMNS = {
    "happy": np.array([0.9, 0.9, 0.1, 0.8]),
    "sad": np.array([0.1, 0.3, 0.1, 0.2]),
    "faces": np.array([1, 2, 3, 4]),
}
PYTHON = {"and": "&", "or": "|", "not": "~", "=": "=="}

comparisons = st.builds(
    Condition,
    st.sampled_from(NAMES),
    st.sampled_from([">", ">=", "<", "<=", "==", "!="]),
    st.sampled_from([0.0, 0.1, 0.2, 0.8, 0.9, 1.0, 3.0]),
)
expressions: st.SearchStrategy[Expression] = st.recursive(
    comparisons,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Joined, st.lists(inner, min_size=2, max_size=3).map(tuple), st.booleans())
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("happy>0.8 and not sad>0.2", [1, 0, 0, 0]),
        ("happy>=.8 AND NOT sad > 0.2", [1, 0, 0, 1]),
        ("happy<0.2 or sad=0.3", [0, 1, 1, 0]),
        ("not happy<0.2 and faces!=1", [0, 1, 0, 1]),
        ("not (happy<0.2 or faces<=1)", [0, 1, 0, 1]),
        ("happy<0.2 or happy>0.8 and sad<0.2", [1, 0, 1, 0]),
        ("0.8<happy", [1, 1, 0, 0]),
        ("2 >= faces", [1, 1, 0, 0]),
        ("not not faces==3", [0, 0, 1, 0]),
        ("joy>0.8", [1, 1, 0, 0]),
    ],
)
def test_what_it_means(text: str, truth: list[int]) -> None:
    assert parse_expression(text, NAMES).holds(COLUMNS).tolist() == [bool(t) for t in truth]


@given(expressions)
def test_agrees_with_python(expression: Expression) -> None:
    """The printed form, parsed, is true where Python finds the same text true."""
    text = str(expression)
    parsed = parse_expression(text, NAMES)
    python = re.sub(r"(\w+)([<>=!]+)([\d.]+)", r"(\1\2\3)", text)
    python = re.sub(r"\b(and|or|not)\b", lambda match: PYTHON[match[0]], python)
    # ~ binds tighter than a comparison in brackets needs, exactly as "not" does here.
    expected = eval(python, {"__builtins__": {}}, COLUMNS)
    assert parsed.holds(COLUMNS).tolist() == expected.tolist()


@given(st.text(alphabet="happysdfce<>=!()0.5 notrx\n\u00e9&'", max_size=40))
def test_any_text_is_parsed_or_refused_in_one_line(text: str) -> None:
    try:
        parsed = parse_expression(text, NAMES)
    except UsageError as error:
        assert "\n" not in str(error) and "expression" in str(error)
    else:
        assert parsed.holds(COLUMNS).shape == (4,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a name or a number at character 1, found the end"),
        ("happy", "expected a comparison such as >0.5 at character 6, found the end"),
        ("happy>", "expected a number at character 7, found the end"),
        ("happy>sad", "expected a number at character 7, found 'sad'"),
        ("(happy>0.5", "expected ')', 'and' or 'or' at character 11, found the end"),
        ("happy>0.5)", "expected 'and', 'or' or the end at character 10, found ')'"),
        ("happy>0.5 & sad<1", "expected 'and', 'or' or the end at character 11, found '&'"),
        ("happy>0.5 and hapy<1", "there is no 'hapy' to compare (character 15); did you mean"),
        ("0.5<0.6", "expected a name at character 5, found '0.6'"),
        ("happy>0.5<0.6", "expected 'and', 'or' or the end at character 10, found '<'"),
        ("__import__('os')", "expected a name or a number at character 1, found '_'"),
    ],
)
def test_errors_point_at_the_place(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_expression(text, NAMES)


def test_a_deep_expression_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 50"):
        parse_expression("(" * 5_000 + "happy>0" + ")" * 5_000, NAMES)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("happy>0.8 and not sad>0.2", "happy"),
        ("faces>2 and (sad>=0.1 or happy>0.5)", "sad"),
        ("not sad>0.2 and happy<0.5", None),
    ],
)
def test_leading_name(text: str, name: str | None) -> None:
    assert leading_name(parse_expression(text, NAMES), ("happy", "sad")) == name


def test_operators_are_python_s() -> None:
    """0.5 against 0.5, by each operator."""
    for op, python in (("<", operator.lt), ("<=", operator.le), ("!=", operator.ne)):
        found = Condition("x", op, 0.5).holds({"x": np.array([0.5])})
        assert found.tolist() == [python(0.5, 0.5)]
