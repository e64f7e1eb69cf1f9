"""The words of the page: the same in every language, all used, in the browser's language."""

from __future__ import annotations

import re
import string

import pytest

from mien.server.app import PAGE
from mien.vision.signs.words import _ONE_SIDE, _SENTENCES

from .conftest import wait_for

SCRIPTS = [path for path in (PAGE / "scripts").rglob("*.js") if path.parent.name != "words"] + [
    PAGE / "scripts" / "words" / name for name in ("visible.js", "phrases.js", "language.js")
]
PAGES = [PAGE / "index.html", PAGE.parent / "album" / "page.html.jinja"]
TEXTS = [path.read_text("utf-8") for path in (*SCRIPTS, *PAGES)]
# Keys that a template makes: data-phrase="seek.rule-{{ rule }}".
MADE = re.compile(r"[`\"]([a-z]+\.(?:[a-z-]+[.-])?)(?:\$\{|\{\{)")

READ = """async () => {
  const { english } = await import('/scripts/words/english.js');
  const { german } = await import('/scripts/words/german.js');
  return { english, german };
}"""


@pytest.fixture(scope="module")
def languages(launch_chromium, server):
    page = launch_chromium().new_page()
    page.goto(server)
    return page.evaluate(READ)


def forms(phrase) -> list[str]:
    return [phrase] if isinstance(phrase, str) else [phrase["one"], phrase["other"]]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_values(languages):
    english, german = languages["english"], languages["german"]
    assert set(english) == set(german)
    for key in english:
        here, there = forms(english[key]), forms(german[key])
        assert len(here) == len(there), key
        assert all(here) and all(there), key
        for one, other in zip(here, there, strict=True):
            assert fields(one) == fields(other), key


def test_every_phrase_is_used_and_every_one_used_is_there(languages):
    keys = set(languages["english"])
    named = {
        found
        for text in TEXTS
        for found in re.findall(r'["\'`]([a-z]+\.[a-z0-9-]+)["\'`]', text)
        if found.partition(".")[0] in {key.partition(".")[0] for key in keys}
    }
    missing = {name for name in named if name not in keys}
    assert {name for name in missing if not name.endswith((".js", ".css"))} == set()
    # Keys that are made of parts: `emotion.${label}`, `sign.${name}.${level}`.
    made = MADE.findall("\n".join(TEXTS))
    assert made
    assert {key for key in keys - named if not key.startswith(tuple(made))} == set()


def test_no_sentence_stands_in_the_scripts_or_the_page():
    for path in (*SCRIPTS, *PAGES):
        text = re.sub(r"<(noscript|title).*?</\1>|<!--.*?-->", "", path.read_text("utf-8"))
        if path in PAGES:
            told = re.findall(r">\s*([^<>\s][^<>]*[a-z]{3}[^<>]*)<", text)
            same = ("Mien", "mien live --photos FOLDER")  # In every language.
            assert [each for each in told if each.strip() not in same and "{%" not in each] == []
        else:
            assert (
                re.findall(r"(?:text|setText\([^,]+,)\s*:?\s*[\"`]([A-Z][a-z]+ [^\"`]*)", text)
                == []
            ), path


def test_signs_are_said_as_the_engine_says_them(languages):
    english = languages["english"]
    for suffix, sentences in (("", _SENTENCES), (".side", _ONE_SIDE)):
        for name, levels in sentences.items():
            told = tuple(english[f"sign.{name}.{level}{suffix}"] for level in range(3))
            assert told == levels


@pytest.mark.every_state
@pytest.mark.parametrize(
    ("locale", "said"),
    [("de-AT", "Kamera starten"), ("en-US", "Start the camera"), ("fr-FR", "Start the camera")],
)
def test_the_page_speaks_the_browsers_language(open_page, server, locale, said):
    with open_page(server, locale=locale) as watched:
        assert watched.page.inner_text("#start") == said


@pytest.mark.every_state
def test_another_language_is_spoken_at_once(open_page, server):
    with open_page(server, locale="en-GB") as watched:
        page = watched.page
        page.click("#start")
        page.wait_for_selector(".person .word")
        page.click("[data-opens=settings]")
        page.select_option("#language", "de")
        word, sign = page.locator(".person .word").first, page.locator(".signs li").first
        wait_for(page, lambda: word.inner_text() == "sieht fröhlich aus")
        wait_for(page, lambda: sign.inner_text().startswith("Mundwinkel"))
        assert page.inner_text("#start") == "Ausschalten"
        assert page.get_attribute("html", "lang") == "de-DE"
