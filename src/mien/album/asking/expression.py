"""The small language of ``--emotion``: comparisons joined by and, or, not and parentheses.

::

    or         = and {"or" and}
    and        = not {"and" not}
    not        = "not" not | "(" or ")" | comparison
    comparison = name op number | number op name
    op         = ">" | ">=" | "<" | "<=" | "=" | "==" | "!="
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.emotions import known_label
from mien.errors import UsageError, did_you_mean

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*|\.\d+)|([A-Za-z]\w*)|([<>]=?|==?|!=)|([()])|(\S))")
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
_DEEPEST = 50

Truth = npt.NDArray[np.bool_]
Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Condition:
    """``name op number``."""

    name: str
    op: str
    number: float

    def holds(self, columns: Columns) -> Truth:
        """Where it is true: a bool for each row of the columns."""
        truth: Truth = _OPERATORS[self.op](columns[self.name], self.number)
        return truth

    def __str__(self) -> str:
        return f"{self.name}{self.op}{self.number!r}"


@dataclass(frozen=True, slots=True)
class Not:
    """``not part``."""

    part: Expression

    def holds(self, columns: Columns) -> Truth:
        """Where it is true: a bool for each row of the columns."""
        return ~self.part.holds(columns)

    def __str__(self) -> str:
        return f"not {self.part}"


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts joined by ``and`` (``every`` is true) or by ``or``."""

    parts: tuple[Expression, ...]
    every: bool

    def holds(self, columns: Columns) -> Truth:
        """Where it is true: a bool for each row of the columns."""
        join = np.logical_and if self.every else np.logical_or
        truth: Truth = join.reduce([part.holds(columns) for part in self.parts])
        return truth

    def __str__(self) -> str:
        return "(" + (" and " if self.every else " or ").join(map(str, self.parts)) + ")"


Expression = Condition | Not | Joined


def parse_expression(text: str, names: Collection[str]) -> Expression:
    """Parse an expression.

    Parameters
    ----------
    text : str
        For example ``"happy>0.8 and not sad>0.2"``. Words may be in any case, emotions by their
        other names (``joy``).
    names : collection of str
        What may be compared.

    Raises
    ------
    UsageError
        If it is not an expression; it says at which character, and what was expected there.
    """
    return _Parser(text, names).parse()


def leading_name(expression: Expression, among: Collection[str]) -> str | None:
    """The first of the names ``among`` that the expression asks to be high; None for none."""
    if isinstance(expression, Condition):
        asks_high = expression.op in (">", ">=") and expression.name in among
        return expression.name if asks_high else None
    if isinstance(expression, Not):
        return None
    found = (leading_name(part, among) for part in expression.parts)
    return next((name for name in found if name is not None), None)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Parser:
    """Recursive descent; reads the tokens from left to right."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self._text = text
        self._names = names
        self._tokens = self._split()
        self._depth = 0

    def parse(self) -> Expression:
        expression = self._or()
        if self._next.kind != "end":
            raise self._error("'and', 'or' or the end")
        return expression

    def _split(self) -> list[_Token]:
        kinds = ("number", "word", "op", "bracket", "other")
        tokens = []
        for match in _TOKEN.finditer(self._text):
            kind, text = next(
                (kind, text) for kind, text in zip(kinds, match.groups(), strict=True) if text
            )
            at = match.start(kinds.index(kind) + 1)
            if kind == "word" and text.lower() in ("and", "or", "not"):
                kind, text = "keyword", text.lower()
            tokens.append(_Token(kind, text, at))
        tokens.append(_Token("end", "", len(self._text)))
        return tokens[::-1]

    @property
    def _next(self) -> _Token:
        return self._tokens[-1]

    def _take(self, *texts: str) -> bool:
        if self._next.kind in ("keyword", "bracket") and self._next.text in texts:
            self._tokens.pop()
            return True
        return False

    def _error(self, expected: str) -> UsageError:
        token = self._next
        found = f"{token.text!r}" if token.text else "the end"
        return UsageError(
            f"expected {expected} at character {token.at + 1}, found {found}",
            where=f"expression {self._text!r}",
            hint="for example: happy>0.8 and not sad>0.2",
        )

    def _or(self) -> Expression:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), every=False)

    def _and(self) -> Expression:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Joined(tuple(parts), every=True)

    def _not(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"at most {_DEEPEST} brackets and 'not' inside each other")
        if self._take("not"):
            found: Expression = Not(self._not())
        elif self._take("("):
            found = self._or()
            if not self._take(")"):
                raise self._error("')', 'and' or 'or'")
        else:
            found = self._comparison()
        self._depth -= 1
        return found

    def _comparison(self) -> Condition:
        if self._next.kind == "number":
            number = self._number()
            op = self._op()
            return Condition(self._name(), _MIRRORED.get(op, op), number)
        name = self._name()
        op = self._op()
        return Condition(name, op, self._number())

    def _name(self) -> str:
        token = self._next
        if token.kind != "word":
            raise self._error("a name or a number" if token.kind != "number" else "a name")
        name = token.text.lower()
        name = name if name in self._names else known_label(name) or name
        if name not in self._names:
            raise UsageError(
                f"there is no {token.text!r} to compare (character {token.at + 1})",
                where=f"expression {self._text!r}",
                hint=did_you_mean(token.text, self._names),
            )
        self._tokens.pop()
        return name

    def _op(self) -> str:
        if self._next.kind != "op":
            raise self._error("a comparison such as >0.5")
        return self._tokens.pop().text

    def _number(self) -> float:
        if self._next.kind != "number":
            raise self._error("a number")
        return float(self._tokens.pop().text)
