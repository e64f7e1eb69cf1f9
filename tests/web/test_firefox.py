"""Mien in the browser in Firefox: the same words as in Chromium, by nobody but the page itself."""

from __future__ import annotations

import pytest

from mien.packaged import ASTRONAUT, packaged_path

pytestmark = pytest.mark.every_state


def test_a_photo_is_read_with_its_signs(site, firefox):
    with firefox.open(site.url) as page:
        page.click("#tab-photo")
        page.choose_files("#files", packaged_path(ASTRONAUT))
        told = "document.querySelector('#photos').innerText"
        page.until(f"{told}.includes('looks happy')")
        page.until(f"{told}.includes('corners of the mouth far up')")
    assert page.console == []
    assert page.hosts <= {"127.0.0.1", ""}


def test_the_camera_is_read(site, firefox):
    with firefox.open(site.url) as page:
        page.click("#start")
        # Firefox's own camera shows no face.
        page.until("document.querySelector('#answer-word').textContent !== ''")
        assert page.evaluate("document.querySelector('#video').videoWidth") > 0
    assert page.console == []


def test_after_the_first_visit_the_service_worker_has_it_all(site, firefox):
    with firefox.open(site.url) as page:
        page.until("navigator.serviceWorker.controller !== null")
        kept = page.until(
            "(async () => { const names = await caches.keys(); const urls = [];"
            " for (const n of names) for (const r of await (await caches.open(n)).keys())"
            " urls.push(new URL(r.url).pathname);"
            " return urls.some((u) => u.includes('vgg8-small')) && urls; })()"
        )
        assert any(path.endswith(".wasm") for path in kept)
    assert page.console == []


def test_it_speaks_the_browsers_language(site, firefox):
    with firefox.open(site.url, locale="de-DE") as page:
        assert page.evaluate("document.documentElement.lang") == "de-DE"
        assert page.text("#tab-photo") == "Foto"
