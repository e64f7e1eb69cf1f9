"""Practice: guess and make faces; what goes well is kept here only, until it is deleted."""

from __future__ import annotations

import json

import pytest

from mien.packaged import ASTRONAUT, packaged_path

from .conftest import wait_for

pytestmark = pytest.mark.every_state

FIRST_OF_ALL = "Math.random = () => 0;"
"""Makes what is drawn by lot known: the first face is happy, the next one sad."""

KEPT = "() => JSON.parse(localStorage.getItem('mien.practice'))"

DRAW = """async () => {
  const { drawFace } = await import('/scripts/faces/drawn.js');
  const { LOOKS } = await import('/scripts/faces/looks.js');
  const { poseOf } = await import('/scripts/faces/expressions.js');
  const { PRACTISED } = await import('/scripts/practice/tells.js');
  const drawn = (label, look) => (strength) =>
    drawFace(poseOf(label, strength), look).outerHTML.replace(/(mouth|eye)-\\d+/g, '');
  return LOOKS.map((look) => PRACTISED.map((label) => [1, 0.75, 0.55].map(drawn(label, look))));
}"""


def test_a_guess_by_keyboard_tells_what_to_look_at(open_page, server):
    with open_page(server, init=FIRST_OF_ALL) as watched:
        page = watched.page
        page.focus("#tab-live")
        # On the way is the tab for videos, which this server does not open: the browser notes it.
        watched.complaints_expected = True
        while page.evaluate("document.activeElement.id") != "tab-practice":
            page.keyboard.press("ArrowRight")
        choices = page.locator("#guess-choices button")
        assert choices.all_inner_texts() == ["happy", "surprised", "neutral", "disgusted"]
        # Who cannot see the face is told its signs, and not the word.
        told = page.get_attribute("#guess-picture", "aria-label")
        assert "corners of the mouth far up" in told
        assert "happy" not in told
        choices.nth(1).focus()
        page.keyboard.press("Enter")
        words = page.inner_text("#guess-told")
        assert "looks happy" in words
        assert "brows far raised" in words, "how the other word would look"
        assert page.locator(".compared svg").count() == 2
        assert page.evaluate(KEPT) is None, "what goes wrong is not kept"
        assert page.evaluate("document.activeElement.id") == "guess-next"
        page.keyboard.press("Enter")
        assert choices.first.inner_text() == "sad"
        page.keyboard.press("Enter")
        assert "Yes: looks sad" in page.inner_text("#guess-told")
        assert page.evaluate(KEPT) == {"guessed": {"sad": 1}, "made": {}}
        assert "You have told these: sad" in page.inner_text("#progress-words")
        page.reload()
        page.click("#tab-practice")
        assert "sad" in page.inner_text("#progress-words")
        page.click("#forget-progress")
        assert page.evaluate("Object.keys(localStorage)") == []
        assert "Everybody begins so" in page.inner_text("#progress-words")


def test_who_tells_a_face_well_is_shown_a_weaker_one(open_page, server):
    kept = json.dumps({"guessed": {"happy": 3, "<img src=x>": 9, "sad": "many"}, "made": None})
    init = f"localStorage.setItem('mien.practice', {json.dumps(kept)});"
    strength = "async () => (await import('/scripts/practice/progress.js')).strengthFor('happy')"
    with open_page(server, init=init) as watched:
        page = watched.page
        page.click("#tab-practice")
        assert page.inner_text("#progress-words") == "You tell these well: happy."
        assert page.evaluate(strength) < 1


def test_pictures_of_ones_own_become_questions(open_page, server, tmp_path):
    text = tmp_path / "notes.jpg"
    text.write_text("no picture")
    with open_page(server) as watched:
        watched.complaints_expected = True  # The browser writes the status 4xx to its console.
        page = watched.page
        page.click("#tab-practice")
        page.set_input_files("#own-pictures", str(text))
        wait_for(page, lambda: "notes.jpg" in page.inner_text("#guess-note"))
        page.set_input_files("#own-pictures", str(packaged_path(ASTRONAUT)))
        page.wait_for_selector("#guess-picture canvas")
        assert "knows better" in page.inner_text("#guess-note")
        page.click("#guess-choices button:text-is('happy')")
        assert "Yes: looks happy" in page.inner_text("#guess-told")
        assert page.evaluate(KEPT) is None, "of pictures nothing is kept"
        page.click("#guess-next")
        page.wait_for_selector("#guess-picture svg")


def test_making_a_face_says_what_is_missing_and_when_it_is_done(open_page, server):
    running = "document.getElementById('make-video').srcObject !== null"
    with open_page(server) as watched:
        page = watched.page
        page.click("#tab-practice")
        page.click("#play-make")
        page.click("#make-targets button:text-is('surprised')")
        page.click("#make-start")
        wait_for(page, lambda: page.inner_text("#make-told") == "First raise the brows.")
        page.click("#make-targets button:text-is('happy')")
        wait_for(page, lambda: "Done: this looks happy" in page.inner_text("#make-told"))
        assert "✓" in page.evaluate(
            "getComputedStyle(document.querySelector('.steps .seen'), '::before').content"
        )
        assert page.evaluate(KEPT) == {"guessed": {}, "made": {"happy": 1}}
        assert page.evaluate(running)
        page.click("#tab-live")
        assert not page.evaluate(running)


@pytest.mark.parametrize("name", ["NotAllowedError", "NotReadableError"])
def test_a_camera_that_does_not_start_says_what_to_do(open_page, server, name):
    refuse = f"""navigator.mediaDevices.getUserMedia =
        async () => {{ throw new DOMException('no', '{name}'); }};"""
    with open_page(server, init=refuse) as watched:
        page = watched.page
        page.click("#tab-practice")
        page.click("#play-make")
        page.click("#make-start")
        wait_for(page, lambda: "then start again" in page.inner_text("#make-told"))
        assert page.is_enabled("#make-start")


def test_every_drawn_face_is_another_one(open_page, server):
    with open_page(server) as watched:
        drawn = watched.page.evaluate(DRAW)
    for look in drawn:
        strongest = [strengths[0] for strengths in look]
        assert len(set(strongest)) == len(strongest)
        assert all("NaN" not in face for strengths in look for face in strengths)
    for label in zip(*drawn, strict=True):
        assert len({strengths[0] for strengths in label}) == len(drawn)
