"""Picture and word first, without a camera too; what is old is marked, and who left folds away."""

from __future__ import annotations

import itertools

import pytest

from mien.server.settings import Settings

from .conftest import run_server, set_box, wait_for
from .made_video import HEIGHT, WIDTH

pytestmark = pytest.mark.every_state

SIZES = ((390, 844), (768, 1024), (1280, 800))

NO_CAMERA = "Object.defineProperty(navigator, 'mediaDevices', {value: undefined});"

INSIDE = """(selector) => {
  const found = document.querySelector(selector).getBoundingClientRect();
  const places = document.querySelector('.places');
  const bar = getComputedStyle(places).position === 'fixed' ? places.offsetHeight : 0;
  return found.height > 0 && found.top >= 0 && found.bottom <= innerHeight - bar;
}"""
"""Whether an element is on the screen, over the bar at its foot, without scrolling."""

SHOW = """async ([faces, dark]) => {
  const { People } = await import('/scripts/live/people.js');
  const { showAnswer } = await import('/scripts/live/answer.js');
  const people = new People();
  people.update({width: 100, height: 100, faces}, 1000, 1000, false);
  showAnswer(people.all[0], {clock: 1000, several: false, dark});
  return document.getElementById('answer').innerText;
}"""


@pytest.mark.parametrize(
    ("size", "large", "contrast"), list(itertools.product(SIZES, (False, True), (False, True)))
)
def test_picture_word_and_a_sign_are_on_the_first_screen(open_page, server, size, large, contrast):
    width, height = size
    with open_page(server, width=width) as watched:
        page = watched.page
        page.set_viewport_size({"width": width, "height": height})
        set_box(page, "large", large)
        set_box(page, "contrast", contrast)
        assert page.evaluate(INSIDE, "#start")
        page.click("#start")
        page.wait_for_selector("#answer-signs li")
        wait_for(page, lambda: page.inner_text("#answer-word").lower() == "looks happy")
        page.evaluate("scrollTo(0, 0)")
        for part in ("#stage", "#answer-word", "#answer-signs li"):
            assert page.evaluate(INSIDE, part), part


def test_a_sample_clip_and_photo_need_no_camera(open_page, server):
    with open_page(server, init=NO_CAMERA) as watched:
        page = watched.page
        page.click("#start")
        wait_for(
            page, lambda: "only to pages from this computer" in page.inner_text("#stage-words")
        )
        page.click("#try-clip")
        page.wait_for_selector(".person .word")
        assert "sample clip" in page.inner_text("#camera-note")
        wait_for(page, lambda: page.locator(".person").count() == 2)
        page.click("#start")
        assert page.is_visible("#welcome")
        page.click("#try-photo")
        page.wait_for_selector(".photo .word")
        assert page.inner_text(".photo .word") == "looks happy"
        assert "NASA" in page.inner_text(".photo-title")


def test_a_reading_older_than_a_second_is_marked(open_page):
    running = run_server(Settings(port=0))
    with open_page(running.url) as watched:
        watched.complaints_expected = True
        page = watched.page
        page.click("#start")
        page.wait_for_selector(".person .word")
        running.stop()
        wait_for(page, lambda: "s ago" in page.inner_text("#answer-how"))
        assert page.locator("#answer.old").count() == 1
        assert page.locator(".person.old").count() >= 1


def test_the_card_of_who_left_folds_away(open_page, server):
    leaves = f"""navigator.mediaDevices.getUserMedia = async () => {{
      const photo = await createImageBitmap(await (await fetch('/samples/astronaut.png')).blob());
      const canvas = document.createElement('canvas');
      canvas.width = {WIDTH}; canvas.height = {HEIGHT};
      const pen = canvas.getContext('2d');
      setInterval(() => {{
        pen.fillStyle = '#808080'; pen.fillRect(0, 0, {WIDTH}, {HEIGHT});
        if (!window.left) pen.drawImage(photo, 0, 0, 480, 480);
      }}, 50);
      return canvas.captureStream(30);
    }};"""
    with open_page(server, init=leaves) as watched:
        page = watched.page
        page.click("#start")
        page.wait_for_selector(".person .signs li")
        page.wait_for_timeout(2500)
        page.evaluate("window.left = true")
        page.wait_for_selector(".person.gone")
        assert page.is_hidden(".person .person-more")
        assert page.inner_text(".person .since") == "not in view"
        wait_for(page, lambda: page.inner_text("#answer-word").lower() == "nobody in view")
        wait_for(page, lambda: page.locator(".person").count() == 0)


def face(box, *, confidence: float, other: float = 0.1, covered=(), signs=(), doubt="undecided"):
    probabilities = {"sad": confidence, "fear": other, "angry": 1 - confidence - other}
    track = {"id": 1, "label": "unsure", "top_emotion": "sad", "unsure": True}
    told = {"sentences": [], "covered": list(covered), "signs": list(signs)}
    return {
        "track": {**track, "confidence": confidence, "probabilities": probabilities},
        "xyxy": box,
        "unsure_because": doubt,
        "signs": told,
    }


LARGE = [10, 10, 50, 60]
TURNED = {"name": "head_turned", "sentence": "head turned to the left", "strength": 0.6}


@pytest.mark.parametrize(
    ("given", "dark", "said"),
    [
        (face(LARGE, confidence=0.8), False, ("Maybe sad", "The signs are weak")),
        (face(LARGE, confidence=0.45, other=0.4), False, ("tell", "It may be sad or afraid")),
        (face(LARGE, confidence=0.9, doubt="illegible"), False, ("Maybe sad", "has learned from")),
        (face(LARGE, confidence=0.4), False, ("I can’t tell", "another look")),
        (face([10, 10, 18, 20], confidence=0.6), False, ("Maybe sad", "Come nearer")),
        (face(LARGE, confidence=0.4), True, ("I can’t tell", "dark")),
        (face(LARGE, confidence=0.4, signs=[TURNED]), False, ("I can’t tell", "turned away")),
        (face(LARGE, confidence=0.4, covered=["mouth"]), False, ("tell", "mouth not visible")),
    ],
)
def test_unsure_is_explained_and_asks_for_another_look(open_page, server, given, dark, said):
    with open_page(server) as watched:
        shown = watched.page.evaluate(SHOW, [[given], dark])
    for words in said:
        assert words.lower() in shown.lower()


def test_just_the_word_hides_the_rest_and_one_person_can_be_chosen(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        page.click("#start")
        wait_for(page, lambda: page.locator("#whom button").count() == 3)
        page.click("#aid")
        assert page.get_attribute("#aid", "aria-pressed") == "true"
        assert page.is_hidden("#people")
        assert page.is_visible("#answer-word")
        page.locator("#whom button").nth(2).click()
        wait_for(page, lambda: page.locator("#whom .told").inner_text().endswith("Person 2"))
        page.click("#aid")
        assert page.is_visible("#people")


def test_a_change_is_told_by_tone_and_vibration_only_if_wanted(open_page, server):
    listen = """window.told = [];
      navigator.vibrate = (ms) => window.told.push('buzz') > 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { window.told.push('tone'); start.call(this, at); };"""  # noqa: E501
    with open_page(server, init=listen, has_touch=True) as watched:
        page = watched.page
        page.click("#try-clip")
        page.wait_for_selector(".person .word")
        wait_for(page, lambda: "surprised" in page.inner_text("#answer-word"))
        assert page.evaluate("told") == []
        set_box(page, "sound")
        set_box(page, "vibrate")
        wait_for(page, lambda: {"buzz", "tone"} <= set(page.evaluate("told")))
