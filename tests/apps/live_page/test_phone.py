"""A phone that scans the code: a real page over TLS, with the token out of the address."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("cryptography")
pytest.importorskip("segno")

from server.test_lan import TOKEN, both

from .conftest import wait_for
from .test_access import FITS, problems


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with both(tmp_path_factory.mktemp("phone"), album=True) as found:
        yield found


@pytest.mark.every_state
def test_a_scanned_code_opens_the_page_and_is_gone_from_the_address(running, chromium):
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, ignore_https_errors=True
    )
    try:
        page = context.new_page()
        page.goto(running.scanned)
        wait_for(page, lambda: "The model in use" in page.inner_text("#model-words"))
        assert page.is_hidden("#token-form")
        assert "token" not in page.url
        (cookie,) = context.cookies()
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
        assert TOKEN not in cookie["value"]
        assert page.evaluate("isSecureContext")  # Or there is no camera.
        page.click("#tab-journal")
        wait_for(page, lambda: "only shown on the computer" in page.inner_text("#gate-words"))
        assert page.is_hidden("#key-form")
        page.goto(f"{running.phones}/album")
        page.wait_for_selector("#empty:not([hidden])")
        context.clear_cookies()
        page.goto(f"{running.phones}/#token=some-other-token-0123456")
        page.wait_for_selector("#token-form:not([hidden])")
        assert "token" not in page.url
    finally:
        context.close()


@pytest.mark.every_state
def test_the_code_on_the_computers_page_can_be_scanned(running, chromium):
    for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 390)):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        try:
            page = context.new_page()
            page.goto(f"{running.here}/phone")
            shot = np.frombuffer(page.locator(".code").screenshot(), np.uint8)
            picture = cv2.imdecode(shot, cv2.IMREAD_COLOR)
            assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == running.scanned
            assert problems(page) == []
            page.wait_for_function(FITS, arg=width)
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            assert "live page" in page.evaluate("document.activeElement.innerText")
        finally:
            context.close()
