"""Photos of a folder in the browser: read once, kept as numbers, found by what faces show."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from mien.album.asking.question import FAINT_SCORE, LEAST_SCORE

from .conftest import WEB
from .folder_of_photos import HOSTILE, astronaut, make_folder
from .waiting import until

DONE = "/”: \\d+ photo/.test(document.querySelector('#folder-status').textContent)"
SHOWN = "n => document.querySelectorAll('#folder-tiles img[src^=blob]').length >= n"

# A folder of the browser's own (OPFS) has the same interface as one that a person picks.
PICKED = """
    window.showDirectoryPicker = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle("holiday", { create: true });
"""
FILL = """async (names) => {
    const folder = await showDirectoryPicker();
    const photo = await (await fetch("samples/astronaut.png")).blob();
    for (const path of names) {
        const parts = path.split("/");
        const name = parts.pop();
        let within = folder;
        for (const part of parts) within = await within.getDirectoryHandle(part, { create: true });
        const writer = await (await within.getFileHandle(name, { create: true })).createWritable();
        await writer.write(photo);
        await writer.close();
    }
}"""
KEPT = """async () => new Promise((resolve) => {
    const asked = indexedDB.open("mien-photos");
    asked.onsuccess = () => {
        const database = asked.result;
        if (!database.objectStoreNames.contains("photos")) {
            database.close();
            indexedDB.deleteDatabase("mien-photos");
            return resolve([]);
        }
        const all = database.transaction("photos").objectStore("photos").getAll();
        all.onsuccess = () => { database.close(); resolve(all.result); };
    };
})"""


def read_folder(page, folder):
    page.click("#tab-folder")
    page.evaluate("document.querySelector('#folder-status').textContent = ''")
    page.set_input_files("#folder-files", str(folder))
    until(page, f"{DONE} && document.querySelector('#folder-progress').hidden")


def words_of(page):
    return page.inner_text("#folder-words") or page.text_content("#folder-words")


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "holiday")


def test_a_folder_is_read_once_and_its_photos_are_found(site, browser, open_page, folder):
    with open_page(browser, site.url) as watched:
        page = watched.page
        page.on("dialog", lambda dialog: watched.complaints.append(dialog.message))
        read_folder(page, folder)
        until(page, SHOWN, 3)
        assert page.locator(".folder-name").count() == 3
        assert HOSTILE in page.locator(".folder-name").all_text_contents()
        assert page.locator("img[src='x']").count() == 0
        tile = page.locator(".folder-tile").first
        assert tile.locator(".folder-own").inner_text().strip() == "happy"
        assert re.fullmatch(r"happy \d\d % · 1 face", tile.locator(".folder-score").inner_text())

        # What could not be read, and why; hidden files and others are passed over.
        page.click("#folder-failed summary")
        told = page.locator("#folder-failed-list li").all_inner_texts()
        assert told == [
            "holiday/broken.jpg: this browser can’t open it as a picture",
            "holiday/raw.CR2: raw photos are read by the installed Mien only.",
        ]

        # Numbers are kept, and no pictures.
        kept = page.evaluate(KEPT)
        assert len(kept) == 4
        assert set(kept[0]) == {"path", "size", "modified", "model", "width", "height", "faces"}
        (face,) = next(each for each in kept if each["path"].endswith("small.jpg"))["faces"]
        assert set(face) == {"box", "probabilities", "label", "unsure"}
        assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-3)

        # Unchanged photos are not read again, a changed one is, and one that went is forgotten.
        (folder / "summer" / "close.webp").unlink()
        astronaut().rotate(5).save(folder / "summer" / "beach" / "small.jpg")
        read_folder(page, folder)
        assert words_of(page) == "4 of 4 photos: 1 read now, 2 known already."
        assert len(page.evaluate(KEPT)) == 3

        # After a reload all is there but the files.
        page.reload()
        page.click("#tab-folder")
        until(page, "document.querySelectorAll('.folder-tile').length === 2")
        until(page, "document.querySelector('.folder-frame').textContent.includes('again')")
        assert watched.complaints == []
        assert watched.origins == {site.url}


@pytest.mark.every_state
def test_faint_ones_are_left_out_until_asked_for(site, browser, open_page, folder):
    with open_page(browser, site.url) as watched:
        page = watched.page
        read_folder(page, folder)
        page.click("[data-label=sad]")
        until(page, "document.querySelectorAll('.folder-tile').length === 0")
        assert "3 photos hardly show it." in page.inner_text("#folder-below")
        page.click("#folder-show-below")
        until(page, "document.querySelectorAll('.weak .folder-tile').length === 3")
        label = page.get_attribute(".folder-tile", "aria-label")
        assert re.search(r"happy, sad \d+ %, weak, 1 face$", label)
        page.select_option("#language", "de", force=True)  # In a closed drawer.
        until(page, "document.querySelector('.folder-score').textContent.startsWith('traurig')")


@pytest.mark.every_state
def test_forget_all_erases_what_was_kept(site, browser, open_page, folder):
    with open_page(browser, site.url) as watched:
        page = watched.page
        read_folder(page, folder)
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.click("#folder-forget")
        assert len(page.evaluate(KEPT)) == 4
        page.once("dialog", lambda dialog: dialog.accept())
        page.click("#folder-forget")
        until(
            page,
            "document.querySelector('#folder-status').textContent.startsWith('Forgotten')",
        )
        assert page.evaluate(KEPT) == []
        assert page.locator(".folder-tile").count() == 0
        read_folder(page, folder)
        assert words_of(page) == "5 of 5 photos: 4 read now, 0 known already."


@pytest.mark.every_state
def test_a_picked_folder_is_walked_and_opened_again_and_may_vanish(site, browser, open_page):
    with open_page(browser, site.url, init=PICKED) as watched:
        page = watched.page
        page.evaluate(FILL, ["one.png", "a/b/two.png", "a/.hidden/three.png", "text.txt"])
        page.click("#tab-folder")
        page.click("#choose-folder")
        until(page, SHOWN, 2)
        until(page, DONE)
        assert sorted(each["path"] for each in page.evaluate(KEPT)) == [
            "holiday/a/b/two.png",
            "holiday/one.png",
        ]
        # At the next visit one button opens it again, without reading anything anew.
        page.reload()
        page.click("#tab-folder")
        page.click("text=Open “holiday” again")
        until(page, DONE)
        until(page, SHOWN, 2)
        assert words_of(page) == "2 of 2 photos: 0 read now, 2 known already."
        # A photo that goes meanwhile is told on its tile, a folder that goes as a whole in words.
        page.evaluate(
            """async () => {
                const folder = await showDirectoryPicker();
                await folder.removeEntry("a", { recursive: true });
            }"""
        )
        page.locator(".folder-tile", has_text="two.png").click()
        until(
            page,
            "document.querySelector('#folder-tiles').textContent.includes('can’t be opened')",
        )
        page.evaluate(
            """async () => (await navigator.storage.getDirectory())
                .removeEntry("holiday", { recursive: true })"""
        )
        page.click("text=Open “holiday” again")
        until(
            page,
            "document.querySelector('#folder-status').textContent.includes('no longer there')",
        )
        # It may only be unplugged: what was read of it stays.
        assert len(page.evaluate(KEPT)) == 2
        assert watched.complaints == []


@pytest.mark.every_state
def test_reading_can_be_paused(site, browser, open_page, tmp_path):
    for number in range(8):
        (tmp_path / "many").mkdir(exist_ok=True)
        astronaut().rotate(number).save(tmp_path / "many" / f"{number}.png")
    with open_page(browser, site.url) as watched:
        page = watched.page
        page.click("#tab-folder")
        page.set_input_files("#folder-files", str(tmp_path / "many"))
        page.click("#folder-pause")
        assert page.inner_text("#folder-pause") == "Go on"
        page.wait_for_timeout(1500)  # The photo on its way is still read.
        before = words_of(page)
        page.wait_for_timeout(1500)
        assert words_of(page) == before != "8 of 8 photos: 8 read now, 0 known already."
        page.click("#folder-pause")
        until(page, DONE)
        assert words_of(page) == "8 of 8 photos: 8 read now, 0 known already."


@pytest.mark.every_state
def test_by_keyboard_alone(site, browser, open_page, folder):
    with open_page(browser, site.url) as watched:
        page = watched.page
        page.focus("#tab-live")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.id") == "tab-folder"
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.closest('.drawers') !== null"):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "choose-folder"
        page.set_input_files("#folder-files", str(folder))
        until(page, SHOWN, 3)
        until(page, DONE)
        page.focus("#folder-emotions [aria-pressed=true]")
        while page.evaluate("!document.activeElement.matches('.folder-tile')"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        # The photo is looked at closely in the tab for it.
        until(page, "document.querySelector('#photo .word') !== null")
        assert page.get_attribute("#tab-photo", "aria-selected") == "true"


@pytest.mark.every_state
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_that_axe_finds_is_wrong(site, browser, open_page, folder, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with open_page(browser, site.url, color_scheme=scheme, bypass_csp=True) as watched:
        page = watched.page
        page.set_viewport_size({"width": width, "height": 844})
        read_folder(page, folder)
        page.click("[data-label=neutral]")
        page.click("#folder-show-below")
        page.click("#folder-failed summary")
        until(page, SHOWN, 3)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.every_state
def test_a_hundred_photos_of_a_folder_do_not_stay_in_memory(site, browser, open_page, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    photo = astronaut().resize((800, 800))

    def fill(numbers):
        for number in numbers:
            whole = Image.new("RGB", (1600, 1200), (number, 120, 90))
            whole.paste(photo, (number * 3, number))
            whole.save(many / f"{number:03}.jpg")

    measure = "async () => (await performance.measureUserAgentSpecificMemory()).bytes / 1e6"
    with open_page(browser, site.url) as watched:
        page = watched.page
        until(page, "navigator.serviceWorker.controller !== null")
        page.reload()
        fill(range(30))
        read_folder(page, many)
        before = page.evaluate(measure)
        fill(range(30, 130))
        read_folder(page, many)
        assert len(page.evaluate(KEPT)) == 130
        # From the top to the end and back: pictures of tiles out of view are let go of.
        page.click("#folder-more")
        for share in (0.25, 0.5, 0.75, 1, 0):
            page.evaluate("share => scrollTo(0, share * document.body.scrollHeight)", share)
            page.wait_for_timeout(800)
        assert page.locator("#folder-tiles img[src^=blob]").count() < 60
        # One of these photos is 7.7 MB of pixels: a hundred that stayed would be 770.
        assert page.evaluate(measure) - before < 40


def test_weak_and_hardly_mean_the_same_as_in_the_album():
    told = (WEB / "page" / "photos" / "ranking.js").read_text("utf-8")
    assert f"WEAK = {LEAST_SCORE};" in told
    assert f"FLOOR = {FAINT_SCORE};" in told
