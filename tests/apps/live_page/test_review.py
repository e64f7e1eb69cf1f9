"""The conversation afterwards: bars, moments, words, table, print; kept only if asked."""

from __future__ import annotations

import csv
import io
import json

import pytest

from .conftest import wait_for

pytestmark = pytest.mark.every_state

EVIL = "<img src=x onerror=document.title='gotcha'>"
FORMULA = '=HYPERLINK("http://example.org")'

KEPT = "mien.conversations"

COMPUTE = """async (conversation) => {
  const { participantsOf, momentsOf } = await import('/scripts/conversation/moments.js');
  const { summaryOf, wordsOfMoment } = await import('/scripts/conversation/summary.js');
  const { tableOf } = await import('/scripts/conversation/table.js');
  const participants = participantsOf(conversation);
  const moments = momentsOf(participants);
  return {
    titles: participants.map(({ title }) => title),
    moments: moments.map((moment) => [moment.from, moment.kind, wordsOfMoment(moment)]),
    summaries: participants.map((one) => summaryOf(one, moments)),
    table: tableOf(conversation),
  };
}"""


def speaker(number: int, *spans: tuple[str, float, float], name: str = "") -> dict:
    told = [{"label": label, "from": begin, "to": end} for label, begin, end in spans]
    return {"number": number, "name": name, "consent": False, "spans": told}


def conversation(*speakers: dict, seconds: float = 60) -> dict:
    return {"begun": "2026-11-27T09:00:00.000Z", "seconds": seconds, "speakers": list(speakers)}


SURPRISED = """async () => {
  const { currentConversation } = await import('/scripts/conversation/journal.js');
  const spans = currentConversation().speakers.flatMap(({ spans }) => spans);
  return spans.some(({ label, from, to }) => label === 'surprise' && to - from > 0.3);
}"""


SEEN = """async () => {
  const { currentConversation } = await import('/scripts/conversation/journal.js');
  const { participantsOf } = await import('/scripts/conversation/moments.js');
  return participantsOf(currentConversation()).length;
}"""


def see_the_clip(page) -> None:
    """Until the drawn face has been surprised."""
    page.click("#try-clip")
    page.wait_for_selector(".person:not(.gone) .word")
    wait_for(page, lambda: page.evaluate(SURPRISED))


@pytest.fixture
def compute(open_page, server):
    def computed(given: dict):
        with open_page(server) as watched:
            return watched.page.evaluate(COMPUTE, given)

    return computed


def test_moments_are_surprises_long_smiles_and_lasting_changes(compute):
    found = compute(
        conversation(
            speaker(
                1,
                ("neutral", 0, 10),
                ("unsure", 10, 11),  # A short doubt hides no change.
                ("sad", 11, 20),
                ("happy", 20, 21),  # Too short for a smile, and for a change.
                ("neutral", 21, 30),
                ("surprise", 30, 31),
                ("happy", 31, 43),
            )
        )
    )
    assert found["moments"] == [
        [11, "change", "Person 1 changes from neutral to sad"],
        [30, "surprise", "Person 1 looks surprised"],
        [31, "smile", "Person 1 smiles for 12 s"],
    ]
    (summary,) = found["summaries"]
    assert "Person 1 was in view for 43 s." in summary
    assert "1 surprise." in summary
    assert "The longest smile lasted 12 s, from 0:31." in summary


def test_one_name_is_one_person_and_who_flashed_by_is_left_out(compute):
    found = compute(
        conversation(
            speaker(1, ("neutral", 0, 10), name="Ana"),
            speaker(2, ("happy", 3, 3.4)),
            speaker(3, ("happy", 20, 30), name="Ana"),
            speaker(4, ("sad", 20, 30)),
        )
    )
    assert found["titles"] == ["Ana", "Person 4"]
    assert "Ana was in view for 20 s." in found["summaries"][0]


def test_the_table_is_safe_and_can_be_read_back(compute):
    names = (FORMULA, 'a "b", c', "ordinary")
    given = [speaker(at, ("sad", at, at + 5), name=name) for at, name in enumerate(names)]
    table = compute(conversation(*given))["table"]
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["name"] for row in rows] == [f"'{FORMULA}", 'a "b", c', "ordinary"]
    assert [float(row["seconds"]) for row in rows] == [5, 5, 5]
    assert [row["label"] for row in rows] == ["sad"] * 3


def test_a_conversation_is_shown_named_saved_kept_and_deleted(open_page, server, tmp_path):
    with open_page(server) as watched:
        page = watched.page
        page.click("#tab-review")
        assert page.is_visible("#review-empty")
        page.click("#tab-live")
        see_the_clip(page)
        page.click("#start")  # What was seen stays when the camera is off.
        page.click("#tab-review")
        count = page.locator(".participant").count()
        assert count >= 2
        assert "looks surprised" in page.inner_text("#moments")
        page.locator(".mark").first.click()
        assert page.evaluate("document.activeElement.id").startswith("moment-")
        page.locator(".name").first.fill(EVIL)
        page.keyboard.press("Tab")
        assert EVIL in page.inner_text("#participants")
        assert page.locator("#review img[src=x]").count() == 0
        with page.expect_download() as download:
            page.click("#save-table")
        download.value.save_as(tmp_path / "saved.csv")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "saved.csv").read_text("utf-8"))))
        assert EVIL in {row["name"] for row in rows}
        assert page.evaluate("Object.keys(localStorage)") == []
        page.click("#keep")
        assert "nowhere else" in page.inner_text("#review-status")
        page.reload()
        page.click("#tab-review")
        page.locator("#kept-list button").click()
        assert page.locator(".participant").count() == count
        assert EVIL in page.inner_text("#participants")
        page.click("#tab-live")
        see_the_clip(page)
        page.click("#tab-review")
        page.click("#back-to-now")
        page.click("#delete")
        assert page.is_visible("#review-empty")
        assert page.locator("#kept-list button").count() == 1
        # The clip goes on: what is seen from now on is another conversation.
        page.click("#tab-live")
        wait_for(page, lambda: page.evaluate(SEEN) >= 1)
        page.click("#tab-review")
        page.click("#keep")
        assert page.locator("#kept-list button").count() == 2
        page.click("#delete-all")
        assert page.evaluate("Object.keys(localStorage)") == []
        assert page.is_visible("#review-empty")
        assert page.is_hidden("#kept")


def test_pictures_only_with_the_consent_of_who_is_asked(open_page, server):
    pictures = """async () => {
      const { currentConversation } = await import('/scripts/conversation/journal.js');
      return currentConversation().speakers.map(
        ({ spans }) => spans.filter(({ picture }) => picture).length);
    }"""
    with open_page(server) as watched:
        page = watched.page
        see_the_clip(page)
        assert sum(page.evaluate(pictures)) == 0
        number = page.evaluate(
            """() => Number(document.querySelector('#people').innerText.match(
              /Person (\\d+)[^]*?looks surprised/)[1])"""
        )
        card = page.locator(f".person:has(#person-{number})")
        card.locator(".numbers > summary").click()
        card.locator(".consent").check()
        wait_for(page, lambda: sum(page.evaluate(pictures)) > 0)
        kept = [at + 1 for at, many in enumerate(page.evaluate(pictures)) if many]
        assert kept == [number]
        card.locator(".consent").uncheck()
        assert sum(page.evaluate(pictures)) == 0


def test_no_room_to_keep_is_said(open_page, server):
    full = (
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
    )
    with open_page(server, init=full) as watched:
        page = watched.page
        see_the_clip(page)
        page.click("#tab-review")
        page.click("#keep")
        assert "could not be kept" in page.inner_text("#review-status")


def test_what_something_else_wrote_is_left_out(open_page, server):
    good = conversation(speaker(1, ("sad", 0, 20), name=EVIL))
    bad = conversation(speaker(1, ("sad", 0, 20)))
    bad["speakers"][0]["spans"][0]["picture"] = "http://example.org/tracker.png"
    kept = json.dumps([good, bad, None, {"begun": 3}, {**good, "speakers": [None]}])
    init = f"localStorage.setItem({KEPT!r}, {json.dumps(kept)});"
    with open_page(server, init=init) as watched:
        page = watched.page
        page.click("#tab-review")
        assert page.locator("#kept-list button").count() == 1
        page.locator("#kept-list button").click()
        assert EVIL in page.inner_text("#participants")


def test_on_paper_are_the_words_and_no_buttons(open_page, server):
    kept = json.dumps([conversation(speaker(1, ("sad", 0, 20), ("surprise", 20, 30)))])
    init = f"localStorage.setItem({KEPT!r}, {json.dumps(kept)});"
    with open_page(server, init=init) as watched:
        page = watched.page
        page.click("#tab-review")
        page.locator("#kept-list button").click()
        page.emulate_media(media="print")
        for part in (".top", "#save-table", "#kept", "#review-status"):
            assert page.is_hidden(part), part
        for part in ("#review-title", ".participant-words", "#moments", ".time-bar"):
            assert page.is_visible(part), part
        assert page.pdf().startswith(b"%PDF")


def test_a_camera_that_is_unplugged_says_so_and_loses_nothing(open_page, server):
    unplug = """() => {
      const [track] = document.getElementById('video').srcObject.getTracks();
      track.dispatchEvent(new Event('ended'));
    }"""
    with open_page(server) as watched:
        page = watched.page
        page.click("#start")
        page.wait_for_selector(".person .word")
        wait_for(page, lambda: page.evaluate(SEEN) >= 1)
        page.evaluate(unplug)
        assert "unplugged" in page.inner_text("#stage-words")
        assert "unplugged" in page.inner_text("#status")
        assert page.inner_text("#start") == "Start the camera"
        page.click("#tab-review")
        assert page.locator(".participant").count() >= 1
