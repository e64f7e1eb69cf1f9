"""The page works with another engine in the place of the server: nothing goes past the seam."""

from __future__ import annotations

import pytest

from .conftest import wait_for

OTHER = """
const probabilities = { happy: 0.05, sad: 0.95 };
const reading = { label: 'sad', top_emotion: 'sad', unsure: false, confidence: 0.95,
                  probabilities };
const sign = { name: 'frown', sentence: 'corners of the mouth down', strength: 0.5, region: 'mouth',
               side: null, speaks_for: 'sad' };
const signs = { sentences: [sign.sentence], signs: [sign], covered: [] };
const face = { ...reading, xyxy: [40, 30, 110, 120], score: 0.9, signs };
export const engine = {
  place: null,
  hasAlbum: false,
  models: async () => [
    { name: 'other', summary: 'a test', labels: ['happy', 'sad'], default: true }],
  readPhoto: async () => ({ width: 200, height: 150, faces: [face], explains: false }),
  samplePhoto: () => {
    const canvas = new OffscreenCanvas(200, 150);
    canvas.getContext('2d').fillRect(0, 0, 200, 150);
    return canvas.convertToBlob();
  },
  newLine: (on) => ({
    idle: false,
    open() { this.idle = true; on.state(true); },
    close() { this.idle = false; },
    retry() {},
    askForSigns() {},
    send(picture, taken) {
      const track = { ...reading, id: 1, detected: true };
      const frame = { width: 200, height: 150, faces: [{ ...face, track }] };
      setTimeout(() => on.frame({ type: 'frame', sent: taken, frame }), 20);
    },
  }),
};
"""


@pytest.mark.every_state
def test_another_engine_reads_camera_and_photos_and_the_server_is_not_asked(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        page.route(
            "**/scripts/engine/engine.js",
            lambda route: route.fulfill(body=OTHER, content_type="text/javascript"),
        )
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        page.click("#start")
        wait_for(page, lambda: page.inner_text("#answer-word") == "Looks sad")
        assert page.locator("#answer-signs").inner_text() == "Corners of the mouth down"
        wait_for(page, lambda: "other (a test)" in page.text_content("#model-words"))
        assert page.is_hidden("#album-link")
        page.click("#start")
        page.click("#try-photo")
        page.wait_for_selector(".photo .marker")
        assert page.inner_text(".photo .word") == "looks sad"
        page.click("#tab-practice")
        page.click("#play-make")
        page.click("#make-targets button:text-is('sad')")
        page.click("#make-start")
        wait_for(page, lambda: "Done: this looks sad" in page.inner_text("#make-told"))
        assert watched.sent() == 0
        assert [url for url in asked if "/v1/" in url] == []
