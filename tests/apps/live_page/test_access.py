"""For everybody: axe, keyboard, widths, colours, calm; and servers with a token."""

from __future__ import annotations

import json

import pytest

from mien.emotions import COLOURS, FER2013, FERPLUS, UNSURE, VALENCE_SET
from mien.packaged import ASTRONAUT, packaged_path
from mien.server.settings import Settings

from .conftest import run_server, set_box, wait_for

LOOKS = (
    ("light", 1200, False),
    ("dark", 1200, False),
    ("light", 390, True),
    ("dark", 390, True),
    ("dark", 390, False),
)
"""Colour scheme, width in px, high contrast."""

TABS = ("live", "photo", "practice", "review")

FITS = "(width) => document.documentElement.scrollWidth <= width"
"""Whether nothing reaches out of the window to the right."""

AT = 1000.0
"""Any time in ms of the page's clock."""


def problems(page) -> list[str]:
    """What axe finds serious or critical, one line each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def test_axe_finds_nothing_serious(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        assert problems(page) == []
        page.click("#start")
        page.wait_for_selector(".person .word")
        page.click("#freeze")
        page.set_input_files("#files", str(packaged_path(ASTRONAUT)))
        for tab in TABS:
            page.click(f"#tab-{tab}")
            if tab == "photo":
                page.locator(".marker").click()
            if tab == "practice":
                page.locator("#guess-choices button").first.click()
            for scheme, width, contrast in LOOKS:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 900})
                set_box(page, "contrast", contrast)
                assert problems(page) == [], (tab, scheme, width, contrast)


KEPT_CONVERSATION = json.dumps(
    [
        {
            "begun": "2026-11-27T09:00:00.000Z",
            "seconds": 60,
            "speakers": [
                {
                    "number": 1,
                    "name": "Ana with a very long name indeed, that goes on and on",
                    "consent": False,
                    "spans": [
                        {"label": label, "from": at, "to": at + 9}
                        for at, label in enumerate(("sad", "surprise", "happy", "neutral"))
                    ],
                }
            ],
        }
    ]
)
KEEP = f"localStorage.setItem('mien.conversations', {json.dumps(KEPT_CONVERSATION)});"


@pytest.mark.every_state
def test_axe_finds_nothing_serious_in_drawers_games_and_afterwards(open_page, server):
    with open_page(server, init=KEEP) as watched:
        page = watched.page
        for scheme, width, contrast in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.click("#tab-live")
            set_box(page, "contrast", contrast)
            for drawer in ("settings", "limits"):
                page.click(f"[data-opens={drawer}]")
                assert problems(page) == [], (drawer, scheme, width, contrast)
                page.keyboard.press("Escape")
            page.click("#tab-practice")
            page.click("#play-make")
            assert problems(page) == [], ("make", scheme, width, contrast)
            page.click("#tab-review")
            page.locator("#kept-list button").click()
            assert page.locator(".mark").count() > 0
            assert problems(page) == [], ("review", scheme, width, contrast)


@pytest.mark.every_state
def test_axe_finds_nothing_serious_when_only_the_word_is_there(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        page.click("#start")
        page.wait_for_selector("#answer-signs li")
        page.click("#aid")
        page.click("#freeze")
        for scheme, width, contrast in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            set_box(page, "contrast", contrast)
            assert problems(page) == [], (scheme, width, contrast)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.every_state
def test_nothing_is_cut_off_at_any_width(open_page, server, locale):
    with open_page(server, locale=locale, init=KEEP) as watched:
        page = watched.page
        page.click("#start")
        page.wait_for_selector(".person .word")
        page.set_input_files("#files", str(packaged_path(ASTRONAUT)))
        page.wait_for_selector(".marker", state="attached")
        for tab in TABS:
            page.click(f"#tab-{tab}")
            if tab == "review":
                page.locator("#kept-list button").click()
            for width in (320, 390, 768, 1200, 1600):
                page.set_viewport_size({"width": width, "height": 900})
                for large in (False, True):
                    set_box(page, "large", large)
                    page.wait_for_function(FITS, arg=width)


def test_tabs_and_buttons_by_keyboard_alone(open_page, server):
    with open_page(server) as watched:
        watched.complaints_expected = True  # This server has no journal: 404 in the console.
        page = watched.page
        for _ in range(2):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "tab-live"
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.id") == "tab-photo"
        assert page.is_visible("#photo")
        assert page.is_hidden("#live")
        page.keyboard.press("End")
        page.keyboard.press("ArrowRight")
        assert page.is_visible("#live")
        page.focus("#start")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        page.wait_for_selector(".person .word")
        page.locator(".follow").first.focus()
        page.keyboard.press("Space")
        assert page.locator(".follow").first.get_attribute("aria-pressed") == "true"


@pytest.mark.every_state
def test_drawers_open_and_close_by_keyboard_and_offer_what_is_possible(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        for drawer in ("settings", "limits"):
            page.focus(f"[data-opens={drawer}]")
            page.keyboard.press("Enter")
            assert page.is_visible(f"#{drawer}")
            for _ in range(15):
                page.keyboard.press("Tab")
                # Between the last and the first stop is the browser's own frame.
                inside = f"document.activeElement.matches('body, #{drawer}, #{drawer} *')"
                assert page.evaluate(inside)
            page.keyboard.press("Escape")
            assert page.is_hidden(f"#{drawer}")
            assert page.evaluate("document.activeElement.dataset.opens") == drawer
        page.click("[data-opens=settings]")
        assert page.is_hidden("#vibrate"), "this computer has no motor"
        page.click("#settings [data-closes]")
        assert page.is_hidden("#settings")


@pytest.mark.every_state
def test_settings_last_only_if_wanted_and_reduced_motion_is_calm(open_page, server):
    with open_page(server, reduced_motion="reduce") as watched:
        page = watched.page
        assert page.is_checked("#calm")
        set_box(page, "large")
        set_box(page, "calm", False)
        page.reload()
        assert page.evaluate("Object.keys(localStorage)") == []
        assert not page.is_checked("#large")
        set_box(page, "remember")
        set_box(page, "large")
        set_box(page, "calm", False)
        set_box(page, "sound")
        page.reload()
        assert page.is_checked("#large")
        assert not page.is_checked("#calm")
        # No page may begin to make noise by itself.
        assert not page.is_checked("#sound")
        set_box(page, "remember", False)
        assert page.evaluate("Object.keys(localStorage)") == []


@pytest.mark.every_state
def test_the_colours_are_those_of_the_pictures_and_can_be_read(open_page, server):
    with open_page(server) as watched:
        found = watched.page.evaluate(
            """async () => { const labels = await import('/scripts/labels.js');
            return [labels.COLOURS,
                    Object.values(labels.COLOURS).map((colour) => [colour, labels.inkOn(colour)])]; }"""  # noqa: E501
        )
    colours, inks = found
    assert colours == COLOURS
    for colour, ink in inks:
        one, other = sorted((luminance(colour), luminance(ink)))
        assert (other + 0.05) / (one + 0.05) >= 4.5, colour


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def told(page, answers: list[tuple[float, str, float]], calm: bool) -> list[str]:
    """The word of one person after each answer: (ms, label, left edge in px of 100)."""
    return page.evaluate(
        """async ([answers, calm]) => {
          const { People } = await import('/scripts/live/people.js');
          const people = new People();
          return answers.map(([at, label, left]) => {
            const track = {id: 7, label, top_emotion: label, unsure: false, confidence: .9,
                           probabilities: {[label]: 1}};
            const face = {track, xyxy: [left, 10, left + 20, 40]};
            people.update({width: 100, height: 100, faces: [face]}, at, at, calm);
            return people.all[0].word.label;
          });
        }""",
        [answers, calm],
    )


def test_a_word_changes_only_when_it_has_held_for_a_moment(open_page, server):
    said = (
        (0, "sad"),
        (300, "happy"),
        (500, "sad"),
        (600, "happy"),
        (1100, "happy"),
        (1700, "happy"),
    )
    answers = [(AT + at, label, 10) for at, label in said]
    with open_page(server) as watched:
        assert told(watched.page, answers, False) == ["sad"] * 4 + ["happy"] * 2
        assert told(watched.page, answers, True) == ["sad"] * 5 + ["happy"]


@pytest.mark.every_state
def test_signs_hold_for_a_moment_too(open_page, server):
    with open_page(server) as watched:
        shown = watched.page.evaluate(
            """async () => {
              const { People } = await import('/scripts/live/people.js');
              const people = new People();
              const track = {id: 1, label: 'sad', top_emotion: 'sad', probabilities: {sad: 1}};
              const at = (now, ...names) => {
                const told = names.map((name) => ({name, side: null, sentence: name}));
                const signs = {signs: told, covered: []};
                const face = {track, xyxy: [10, 10, 30, 40], signs};
                people.update({width: 100, height: 100, faces: [face]}, now, now, false);
                return people.all[0].signs.signs.map(({name}) => name).join();
              };
              return [at(0, 'a'), at(100, 'a', 'b'), at(200, 'a'), at(300, 'b'), at(600, 'b'),
                      at(750, 'b')];
            }"""
        )
    assert shown == ["a", "a", "a", "a", "a", "b"]


@pytest.mark.every_state
def test_boxes_go_on_with_their_face_and_settle_on_a_face_at_rest(open_page, server):
    with open_page(server) as watched:
        moving, resting = watched.page.evaluate(
            """async () => {
              const { People } = await import('/scripts/live/people.js');
              const after = (speed) => {
                const people = new People();
                const track = {id: 1, label: 'sad', top_emotion: 'sad', probabilities: {sad: 1}};
                for (let at = 0; at <= 2000; at += 20) {
                  // Answers are 100 ms old when they come.
                  const left = 10 + speed * (at - 100);
                  const face = {track, xyxy: [left, 10, left + 20, 40]};
                  if (at % 60 === 0)
                    people.update({width: 1000, height: 100, faces: [face]}, at - 100, at, false);
                  people.move(20, at, false);
                }
                return 1000 * people.all[0].shown[0];
              };
              return [after(0.1), after(0)];
            }"""
        )
    assert resting == pytest.approx(10, abs=0.01)
    # Where the face is by now is 210 px; the newest answer was for 196 px.
    assert moving == pytest.approx(210, abs=4)


@pytest.mark.every_state
def test_who_is_not_in_an_answer_is_gone_soon_and_who_waits_for_one_is_not(open_page, server):
    with open_page(server) as watched:
        late, missed = watched.page.evaluate(
            """async () => {
              const { People } = await import('/scripts/live/people.js');
              const track = {id: 1, label: 'sad', top_emotion: 'sad', probabilities: {sad: 1}};
              const face = {track, xyxy: [10, 10, 30, 40]};
              const answer = (...faces) => ({width: 100, height: 100, faces});
              const people = new People();
              people.update(answer(face), 1000, 1000, false);
              const late = people.inView(2000).length;
              people.update(answer(), 1300, 1300, false);
              return [late, people.inView(1300).length];
            }"""
        )
    assert (late, missed) == (1, 0)


@pytest.mark.every_state
def test_every_label_has_a_pattern_of_its_own(open_page, server):
    """Nobody has to tell neutral from contempt by colour."""
    sets = [[*labels.labels, UNSURE] for labels in (FER2013, FERPLUS, VALENCE_SET)]
    with open_page(server) as watched:
        drawn = watched.page.evaluate(
            """async (sets) => {
              const { patternOf } = await import('/scripts/labels.js');
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 24;
              const context = canvas.getContext('2d');
              return sets.map((labels) => labels.map((label) => {
                context.fillStyle = patternOf(context, label, true);
                context.fillRect(0, 0, 24, 24);
                return canvas.toDataURL();
              }));
            }""",
            sets,
        )
    for labels, patterns in zip(sets, drawn, strict=True):
        assert len(set(patterns)) == len(labels)


def test_a_server_with_a_token_asks_for_it_once(open_page):
    token = "long-enough-for-anybody"
    running = run_server(Settings(port=0, token=token))
    try:
        with open_page(running.url) as watched:
            watched.complaints_expected = True  # The browser writes the status 401 to its console.
            page = watched.page
            page.wait_for_selector("#token")
            page.fill("#token", "something else entirely")
            page.keyboard.press("Enter")
            wait_for(page, lambda: "not this server’s token" in page.inner_text("#token-words"))
            page.fill("#token", token)
            page.keyboard.press("Enter")
            wait_for(page, lambda: "The model in use" in page.inner_text("#model-words"))
            page.click("#start")
            page.wait_for_selector(".person .word")
            page.reload()
            wait_for(page, lambda: "The model in use" in page.inner_text("#model-words"))
            assert page.is_hidden("#token-form")
    finally:
        running.stop()


def test_the_limits_are_told_with_the_numbers_of_the_card(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        wait_for(page, lambda: "of 100" in page.inner_text("#accuracy"))
        (model,) = page.evaluate("async () => (await (await fetch('v1/models')).json()).models")
        value = next(
            score["value"]
            for score in model["scores"]
            if (score["split"], score["metric"], score["rule"])
            == ("PrivateTest", "accuracy", "all")
        )
        assert f"for {round(100 * value)} of 100" in page.inner_text("#accuracy")
        assert "not feelings" in page.inner_text("#limits")


@pytest.mark.every_state
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", ["", "contrast", "large", "aid"])
def test_an_old_reading_says_so_and_stays_readable(open_page, server, scheme, look):
    with open_page(server, color_scheme=scheme, bypass_csp=True) as watched:
        page = watched.page
        page.evaluate("(look) => look && document.documentElement.classList.add(look)", look)
        page.click("#try-clip")
        page.wait_for_selector("#answer-word:not(:empty)")
        # Nothing is asked of the server any more, so that nothing new comes.
        page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
        wait_for(page, lambda: "s ago" in page.inner_text("#answer-how"))
        assert page.locator("#answer.old").count() == 1
        assert problems(page) == []
