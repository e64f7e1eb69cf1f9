"""Templates and what they can say: pages are one HTML file that loads nothing."""

from __future__ import annotations

from typing import Any

from mien.templates import template_environment
from mien.version import __version__


def render(template: str, **values: Any) -> str:
    """A page as HTML text.

    Parameters
    ----------
    template : str
        Path below ``mien/lab``, for example ``"data/audit/page.html.jinja"``. It extends
        ``pages/base.html.jinja`` and may use the macros of ``pages/parts.html.jinja``.
    values : object
        What the template names; ``version`` is always there.
    """
    environment = template_environment("mien.lab")
    environment.filters |= {"count": _count, "percent": percent, "figure": _figure}
    return environment.get_template(template).render(**values, version=__version__)


def percent(share: float | None, decimals: int = 1) -> str:
    """A share, 0 to 1, as ``62.5%``; a dash for None."""
    return "–" if share is None else f"{share:.{decimals}%}"


def _count(value: int) -> str:
    return f"{value:,}"


def _figure(value: float | None, decimals: int = 3) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"
