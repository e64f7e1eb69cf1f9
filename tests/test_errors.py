from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import errors
from mien.errors import MienError, did_you_mean


@pytest.mark.parametrize(
    ("where", "hint", "line"),
    [
        (None, None, "no face"),
        ("a.jpg", None, "a.jpg: no face"),
        (None, "look up", "no face; look up"),
        (Path("photos/a b.jpg"), "look up", f"{Path('photos/a b.jpg')}: no face; look up"),
        (1207, "", "1207: no face"),
    ],
)
def test_an_error_says_where_what_and_what_to_do(where, hint, line):
    error = MienError("no face", where=where, hint=hint)
    assert str(error) == line
    assert error.what == "no face"
    assert error.where == (None if where is None else str(where))
    assert error.hint == hint


@given(st.text(min_size=1), st.none() | st.text(), st.none() | st.text())
def test_an_error_is_always_one_line(what, where, hint):
    assert len(str(MienError(what, where=where, hint=hint)).splitlines()) <= 1


def test_every_error_is_a_mien_error_and_says_when_it_is_raised():
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = [kind for kind in classes if kind.__module__ == errors.__name__]
    kinds = [kind for kind in own if not issubclass(kind, Warning)]
    assert len(kinds) >= 9
    for kind in kinds:
        assert issubclass(kind, MienError)
        assert kind.__doc__
        assert isinstance(kind("what", where="where"), Exception)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("epcohs", "did you mean 'epochs'?"),
        ("EPOCHS", "did you mean 'epochs'?"),
        ("sed", "did you mean 'seed'?"),
        ("colour", "there are: epochs, seed"),
        ("", "there are: epochs, seed"),
    ],
)
def test_a_hint_for_an_unknown_name(name, hint):
    assert did_you_mean(name, (known for known in ("epochs", "seed"))) == hint
