"""Makes the journal's pictures in this folder: python docs/images/make_journal_pictures.py

Needs the development environment, with Chromium. The person does not exist: their days are
simulated.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from side_by_side import CHROMIUM, picture, save, served

from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.journal_file import open_journal
from mien.server.settings import JournalSettings, Settings

HIGH = 1000
"""Height in pixels of the windows, and of the pictures."""

DESKTOP, PHONE = 1180, 390
SHOWN_PATH = "/home/ana/.local/share/mien/journal.sqlite3"

WORDS = (
    "slept badly, the talk went well",
    "long walk by the river",
    "",
    "tired, early to bed",
    "called Mei, we laughed a lot",
    "too much to do",
)


def some_months() -> list[CheckIn]:
    """Check-ins until yesterday evening, lower in the last weeks."""
    made = simulate(Person(), 150, np.random.default_rng(6), Change(-2.5, 128))
    by = datetime.now().astimezone().replace(hour=20, minute=40) - timedelta(days=1) - made[-1].at
    return [
        dataclasses.replace(
            one,
            at=(one.at + by).astimezone(),
            words=WORDS[at % len(WORDS)],
            sleep=6.5 + at % 4 / 2 if at % 3 else None,
        )
        for at, one in enumerate(made)
    ]


@contextmanager
def window(browser: Browser, address: str, width: int, scheme: str) -> Iterator[Page]:
    """The journal's tab in a new window."""
    page = browser.new_page(
        viewport={"width": width, "height": HIGH}, color_scheme=scheme, locale="en-GB"
    )
    page.goto(address)
    yield page
    page.close()


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder) / "journal.sqlite3"
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        journal_settings = JournalSettings(path=file)
        with served(Settings(port=0, journal=journal_settings)) as server:
            address = f"{server}#journal={journal_settings.key}"
            with window(browser, address, DESKTOP, "light") as page:
                page.wait_for_selector("#consent:not([hidden])")
                # Where the file would lie for somebody, and not where these pictures are made.
                page.evaluate(
                    "(path) => { document.getElementById('consent-path').textContent = path; }",
                    SHOWN_PATH,
                )
                consent = picture(page)
            with open_journal(file, create=True) as journal:
                journal.agree()
            with window(browser, address, PHONE, "light") as page:
                page.wait_for_selector("#check-in:not([hidden])")
                page.click("#moods .mood-choice:nth-child(2)")
                page.fill("#words", WORDS[0])
                page.click("#check-in-more summary")
                page.fill("#sleep", "5.5")
                page.evaluate("scrollTo(0, 0)")
                save("journal-begin.webp", consent, picture(page), high=HIGH)
            with open_journal(file) as journal:
                journal.add_all(some_months())
            taken = []
            for width, scheme, place in (
                (DESKTOP, "light", "week"),
                (PHONE, "dark", "week"),
                (PHONE, "light", "month"),
            ):
                with window(browser, address, width, scheme) as page:
                    page.wait_for_selector("#days .day")
                    page.click(f"[data-place={place}]")
                    if (width, place) == (PHONE, "week"):
                        page.evaluate("document.getElementById('spans').scrollIntoView()")
                    taken.append(picture(page))
            save("journal-week.webp", *taken, high=HIGH)
        browser.close()


if __name__ == "__main__":
    main()
