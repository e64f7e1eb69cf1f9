"""Texts by Jinja2: what is put into a page is escaped, and what a template lacks is an error."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def template_environment(package: str, *, escaped: bool = True) -> Environment:
    """The templates that lie in a package, for example ``"mien.front"``.

    ``escaped``: whether what is put in is escaped, as HTML wants it and Markdown does not.
    """
    return Environment(
        loader=PackageLoader(package, ""),
        autoescape=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
