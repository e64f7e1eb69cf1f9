"""A page around one macro, rendered as the lab renders its pages, and its text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import jinja2
import pytest

from mien import templates
from mien.lab.pages import page


def render_macro(monkeypatch: pytest.MonkeyPatch, template: str, call: str, **values: Any) -> str:
    """A page whose body is ``call`` of a macro of ``template``."""
    name = call.split("(")[0]
    source = (
        '{% extends "pages/base.html.jinja" %}'
        f'{{% from "{template}" import {name} with context %}}'
        "{% block title %}Test{% endblock %}"
        f"{{% block body %}}{{{{ {call} }}}}{{% endblock %}}"
    )
    package_loader = templates.PackageLoader

    def loader(*arguments: str) -> jinja2.BaseLoader:
        own = jinja2.DictLoader({"test.html.jinja": source})
        return jinja2.ChoiceLoader([own, package_loader(*arguments)])

    with monkeypatch.context() as patched:
        patched.setattr(templates, "PackageLoader", loader)
        return page.render("test.html.jinja", **values)


def text_of(html: str) -> str:
    """What a reader sees, with single spaces."""
    body = html[html.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
