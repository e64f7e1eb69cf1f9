"""The album in German: no English sentence is left, nothing sticks out, and one may choose."""

from __future__ import annotations

import pytest
from live_page.conftest import wait_for
from live_page.test_access import FITS, problems

from .test_album_page import settled, slide

LEFT = """async () => {
  const { english } = await import('/scripts/words/english.js');
  const { german } = await import('/scripts/words/german.js');
  const forms = (said) => (typeof said === 'string' ? [said] : [said.one, said.other]);
  const there = new Set(Object.values(german).flatMap(forms));
  // A form as a pattern: what is put in may be anything.
  const patterns = Object.values(english).flatMap(forms)
    .filter((said) => !there.has(said) && /[a-z]{3}/.test(said.replace(/\\{\\w+\\}/g, '')))
    .map((said) => new RegExp('^' + said.split(/\\{\\w+\\}/).map((part) => RegExp.escape
      ? RegExp.escape(part) : part.replace(/[.*+?^${}()|[\\]\\\\]/g, '\\\\$&')).join('.+') + '$'));
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (walker.currentNode.parentElement.checkVisibility()) found.push(walker.currentNode.data);
  }
  for (const name of ['aria-label', 'placeholder', 'alt', 'aria-valuetext']) {
    for (const part of document.querySelectorAll(`[${name}]`)) found.push(part.getAttribute(name));
  }
  const isLeft = (text) => patterns.some((each) => each.test(text));
  return found.map((text) => text.trim()).filter(isLeft);
}"""


def clean(page, width: int) -> bool:
    assert page.evaluate(LEFT) == []
    return page.evaluate(FITS, width)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_state_is_german(width, address, open_album_page):
    with open_album_page(address, width=width, locale="de-DE") as watched:
        page = watched.page
        settled(page, "16 von 16 Fotos")
        assert page.get_attribute("html", "lang") == "de-DE"
        assert page.title() == "Mien: das Album"
        folded = (
            "[...document.querySelectorAll('.part')].every((e) => e.scrollWidth <= e.clientWidth)"
        )
        assert page.evaluate(folded), "the words of a part stay in its box"
        for part in ("question-part", "filters", "look"):
            page.evaluate("(id) => { document.getElementById(id).open = true; }", part)
        assert page.inner_text("#sliders label[for=weight-fear]") == "ängstlich"
        assert clean(page, width)
        assert problems(page) == []

        # A score with a comma, a face's words, why it stands there.
        slide(page, "surprise", 60)
        for part in ("question-part", "filters", "look"):
            page.evaluate("(id) => { document.getElementById(id).open = false; }", part)
        wait_for(page, lambda: "Wert 1,00" in page.inner_text(".tile[data-at='0'] .tile-words"))
        page.click(".tile[data-at='0'] .tile-frame")
        page.wait_for_selector(".face-card .bars li")
        assert "sieht fröhlich aus" in page.inner_text("#detail-faces")
        assert "Mischung" in page.inner_text("#detail-reason")
        assert clean(page, width)
        page.click("#detail-close")

        page.keyboard.press("Control+a")
        page.click("#export")
        assert "die 16 ausgewählten Fotos" in page.inner_text("#take")
        assert clean(page, width)
        page.click("#take-close")

        page.evaluate("document.getElementById('filters').open = true")
        page.fill("#faces-least", "9")
        page.wait_for_selector("#nothing:not([hidden])")
        assert page.inner_text("#nothing-words") == "Kein Foto passt."
        assert clean(page, width)


def test_the_language_changes_at_once_and_is_kept_if_wanted(address, open_album_page):
    with open_album_page(address, locale="de-DE") as watched:
        page = watched.page
        settled(page, "16 von 16 Fotos")
        page.evaluate("document.getElementById('look').open = true")
        page.check("#remember")
        page.select_option("#language", "en")
        wait_for(page, lambda: page.inner_text("#count") == "16 of 16 photos")
        wait_for(page, lambda: "1 face" in page.inner_text(".tile[data-at='0'] .tile-more"))
        assert page.inner_text("#sliders label[for=weight-fear]") == "afraid"
        page.reload()
        settled(page, "16 of 16 photos")
        page.goto(address.removesuffix("album"))
        assert page.inner_text("#tab-live") == "Live"
        assert page.get_attribute("html", "lang") == "en-GB"
