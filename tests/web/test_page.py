"""Mien in the browser: static files read camera and photos, offline, and nothing is sent."""

from __future__ import annotations

import re
import shutil
import time

import pytest
from PIL import Image

from mien.packaged import ASTRONAUT, packaged_path

from .conftest import serve
from .waiting import LONG, until

SOFTWARE_GRAPHICS = (
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
)

# In the worker: software passes for a graphics processor, and is taken away when told so.
DEVICE_TO_LOSE = """
    Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });
    const requestDevice = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...options) {
        return (globalThis.device = await requestDevice.apply(this, options));
    };
    addEventListener("message", (event) => {
        if (!event.data.lose) return;
        event.stopImmediatePropagation();
        globalThis.device.destroy();
    });
"""


def start_camera(page):
    page.click("#start")
    page.wait_for_selector("#answer-word:not(:empty)", timeout=LONG)


def rows(page):
    """Rows of data that the live tab has kept: one a face and analysed frame."""
    words = page.text_content("#data-words")
    return int(words.split()[0].replace(",", "")) if words[0].isdigit() else 0


def read_photos(page, *paths):
    page.click("#tab-photo")
    page.set_input_files("#files", [str(path) for path in paths])
    until(page, "n => document.querySelectorAll('#photos > *').length >= n", len(paths))


def offline_ready(page):
    """Wait until the service worker has the page and the networks."""
    until(page, "navigator.serviceWorker.controller !== null")


def test_the_fake_camera_is_read_and_nothing_is_sent(site, browser, open_page):
    with open_page(browser, site.url) as watched:
        start_camera(watched.page)
        until(watched.page, "document.querySelectorAll('#people .person').length >= 2")
        words = watched.page.locator("#people .person .word").all_inner_texts()
        assert set(words) == {"looks happy"}
        # Below the word: what is visible, as soon as its networks are there.
        until(watched.page, "document.querySelector('#answer').textContent.includes('mouth')")
        assert watched.origins == {site.url}
        assert watched.complaints == []


@pytest.mark.every_state
def test_a_photo_says_what_is_visible_and_why(site, browser, open_page):
    with open_page(browser, site.url) as watched:
        page = watched.page
        read_photos(page, packaged_path(ASTRONAUT))
        assert "corners of the mouth far up" in page.inner_text(".photo-faces")
        page.click(".why summary")
        until(page, "document.querySelector('.why .heat').width > 0")
        assert page.evaluate("document.querySelector('.why .crop').naturalWidth") == 48
        assert watched.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.every_state
def test_nothing_that_axe_finds_is_wrong(site, browser, open_page, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with open_page(browser, site.url, color_scheme=scheme, bypass_csp=True) as watched:
        read_photos(watched.page, packaged_path(ASTRONAUT))
        found = axe.Axe().run(watched.page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.every_state
def test_after_the_first_visit_it_works_without_a_network(site, browser, open_page):
    with open_page(browser, site.url) as watched:
        page = watched.page
        offline_ready(page)
        watched.context.set_offline(True)
        site.stop()
        page.reload()
        start_camera(page)
        before = rows(page)
        until(
            page,
            "before => parseInt(document.querySelector('#data-words').textContent) > before + 5",
            before,
        )
        assert watched.complaints == []


@pytest.mark.every_state
def test_its_policy_lets_nothing_in_and_nothing_out(site, browser, open_page):
    with open_page(browser, site.url) as watched:
        page = watched.page
        policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert rules["style-src"] == rules["connect-src"] == "'self'"
        # And the browser keeps to it.
        page.evaluate("fetch('https://example.org/').catch(() => {})")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i id=t style=\"top:7px\">')")
        assert page.evaluate("getComputedStyle(document.querySelector('#t')).top") == "auto"
        assert watched.origins == {site.url}
        assert len(watched.complaints) >= 2


@pytest.mark.every_state
def test_a_newer_build_takes_the_place_of_an_older_one(dist, browser, open_page, tmp_path):
    newer = tmp_path / "dist"
    shutil.copytree(dist, newer)
    served = serve(newer)
    try:
        with open_page(browser, served.url) as watched:
            page = watched.page
            offline_ready(page)
            worker = newer / "service-worker.js"
            (name,) = set(re.findall(r"[0-9a-f]{16}", worker.read_text("utf-8")))
            worker.write_text(worker.read_text("utf-8").replace(name, name[::-1]), "utf-8")
            html = newer / "index.html"
            html.write_text(html.read_text("utf-8").replace("<body>", "<body data-new>"), "utf-8")
            page.reload()
            kept = f"mien {served.url} {name[::-1]}"
            until(page, "async name => (await caches.keys()).includes(name)", kept)
            # The browser puts the newer one in when the older one has nothing to do any more.
            end = time.monotonic() + LONG / 1000
            while not page.evaluate("'new' in document.body.dataset"):
                assert time.monotonic() < end
                page.goto("about:blank")
                page.goto(served.url)
            until(page, "async name => (await caches.keys()).join() === name", kept)
    finally:
        served.stop()


@pytest.mark.every_state
def test_its_own_service_worker_isolates_the_page_so_that_wasm_has_threads(
    site, browser, open_page
):
    with open_page(browser, site.url) as watched:
        page = watched.page
        offline_ready(page)
        page.reload()
        assert page.evaluate("crossOriginIsolated")
        opened = page.evaluate(
            """async () => {
                const { createReader } = await import(new URL("reader/index.js", location.href));
                const reader = await createReader({ threads: 2, device: "wasm" });
                const photo = await (await fetch("samples/astronaut.png")).blob();
                const frame = await reader.read(photo);
                return [reader.threads, frame.faces.map((face) => face.label)];
            }"""
        )
        assert opened == [2, ["happy"]]


@pytest.mark.every_state
def test_the_page_can_be_installed(site, browser, open_page):
    with open_page(browser, site.url) as watched:
        offline_ready(watched.page)
        session = watched.context.new_cdp_session(watched.page)
        assert session.send("Page.getAppManifest")["errors"] == []
        found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # Playwright's contexts are like private windows, in which nothing is installed.
        assert [each["errorId"] for each in found if each["errorId"] != "in-incognito"] == []


@pytest.mark.every_state
def test_a_refused_camera_is_told_in_words(site, launch_chromium, camera, open_page):
    browser = launch_chromium("--use-fake-device-for-media-stream", "--deny-permission-prompts")
    with open_page(browser, site.url) as watched:
        watched.page.click("#start")
        until(
            watched.page,
            "document.querySelector('#status').textContent.includes('did not allow')",
        )
        # Photos can still be read.
        read_photos(watched.page, packaged_path(ASTRONAUT))
        assert watched.page.inner_text(".photo .word") == "looks happy"


@pytest.mark.parametrize(
    "gpu",
    [
        "absent",
        pytest.param("without an adapter", marks=pytest.mark.every_state),
        pytest.param("broken", marks=pytest.mark.every_state),
        pytest.param("played by software", marks=pytest.mark.every_state),
        "that fails later",
    ],
)
@pytest.mark.every_state
def test_without_webgpu_it_is_wasm(site, browser, open_page, gpu):
    """A worker has its own navigator, so that the worker's file is changed on its way."""
    give = {
        "absent": "undefined",
        "without an adapter": "{requestAdapter: async () => null}",
        "broken": "{requestAdapter: async () => { throw new Error('lost'); }}",
        "played by software": "{requestAdapter: async () => ({isFallbackAdapter: true})}",
        "that fails later": """{requestAdapter: async () => ({
            isFallbackAdapter: false, info: {}, features: new Set(), limits: {},
            requestDevice: async () => { throw new Error('too old'); },
        })}""",
    }[gpu]
    with open_page(browser, site.url, service_workers="block") as watched:

        def with_gpu(route):
            answer = route.fetch()
            changed = f"Object.defineProperty(navigator, 'gpu', {{value: {give}}});{answer.text()}"
            route.fulfill(response=answer, body=changed)

        watched.context.route("**/reader/worker.js", with_gpu)
        opened = watched.page.evaluate(
            """async () => {
                const { createReader } = await import(new URL("reader/index.js", location.href));
                const reader = await createReader();
                const photo = await (await fetch("samples/astronaut.png")).blob();
                return [reader.device, (await reader.read(photo)).faces[0].label];
            }"""
        )
        assert opened == ["wasm", "happy"]


@pytest.mark.every_state  # A graphics processor that software plays takes seconds a face.
def test_webgpu_says_the_same_as_wasm(site, launch_chromium, open_page):
    browser = launch_chromium(*SOFTWARE_GRAPHICS)
    with open_page(browser, site.url) as watched:
        if not watched.page.evaluate("async () => Boolean(await navigator.gpu?.requestAdapter())"):
            pytest.skip("this Chromium has no WebGPU by software")
        one, other = watched.page.evaluate(
            """async () => {
                const { createReader } = await import(new URL("reader/index.js", location.href));
                const photo = await (await fetch("samples/astronaut.png")).blob();
                const found = [];
                for (const device of ["wasm", "webgpu"]) {
                    const reader = await createReader({ device, detector: "blazeface" });
                    const { faces } = await reader.read(photo, { signs: true });
                    found.push({ device: reader.device, ...faces[0] });
                }
                return found;
            }"""
        )
        assert (one["device"], other["device"]) == ("wasm", "webgpu")
        assert other["xyxy"] == pytest.approx(one["xyxy"], abs=0.5)
        assert other["probabilities"] == pytest.approx(one["probabilities"], abs=1e-3)
        assert other["signs"]["sentences"] == one["signs"]["sentences"]


@pytest.mark.every_state
def test_a_graphics_processor_that_is_taken_away_does_not_end_the_reading(
    site, launch_chromium, open_page
):
    browser = launch_chromium(*SOFTWARE_GRAPHICS)
    with open_page(browser, site.url, service_workers="block") as watched:
        if not watched.page.evaluate("async () => Boolean(await navigator.gpu?.requestAdapter())"):
            pytest.skip("this Chromium has no WebGPU by software")

        def with_a_device_to_lose(route):
            answer = route.fetch()
            route.fulfill(response=answer, body=DEVICE_TO_LOSE + answer.text())

        watched.context.route("**/reader/worker.js", with_a_device_to_lose)
        found = watched.page.evaluate(
            """async () => {
                const { createReader } = await import(new URL("reader/index.js", location.href));
                const photo = await (await fetch("samples/astronaut.png")).blob();
                const workers = [];
                window.Worker = class extends Worker {
                    constructor(...given) { super(...given); workers.push(this); }
                };
                const reader = await createReader();
                const stream = reader.follow();
                const read = async (time) => (await stream.read(photo, time)).faces[0].track;
                const first = await read(0);
                workers.at(-1).postMessage({ lose: true });
                const second = await read(0.3);
                return [reader.device, first.id, first.label, second.id, second.label];
            }"""
        )
        assert found == ["webgpu", 1, "happy", 1, "happy"]


@pytest.mark.every_state
def test_a_hundred_photos_need_no_more_memory_than_thirty(site, browser, open_page):
    with open_page(browser, site.url) as watched:
        offline_ready(watched.page)
        watched.page.reload()
        used = watched.page.evaluate(
            """async () => {
                const { createReader } = await import(new URL("reader/index.js", location.href));
                const reader = await createReader({ device: "wasm" });
                const sample = await (await fetch("samples/astronaut.png")).blob();
                const bitmap = await createImageBitmap(sample);
                const canvas = new OffscreenCanvas(1600, 1200);
                const found = [];
                const megabytes = async () =>
                    (await performance.measureUserAgentSpecificMemory()).bytes / 1e6;
                for (let number = 0; number < 130; number += 1) {
                    const pen = canvas.getContext("2d");
                    pen.fillStyle = `rgb(${number}, 120, 90)`;
                    pen.fillRect(0, 0, 1600, 1200);
                    pen.drawImage(bitmap, number * 3, number, 800, 800);
                    const photo = await canvas.convertToBlob({ type: "image/jpeg" });
                    const frame = await reader.read(photo);
                    if (frame.faces.length !== 1) throw new Error(`${frame.faces.length} faces`);
                    if (number === 29) found.push(await megabytes());
                }
                return [...found, await megabytes()];
            }"""
        )
        # One of these photos is 7.7 MB of pixels: a hundred that stayed would be 770.
        assert used[1] - used[0] < 30


@pytest.mark.every_state
def test_hostile_file_names_are_only_names(site, browser, open_page, tmp_path):
    names = [
        "<img src=x onerror=alert(1)>.png",
        "{count} ${name} %00.png",
        "‮gnp.exe.png",
        "a" * 200 + ".png",
    ]
    paths = [tmp_path / name for name in names]
    for path in paths:
        shutil.copy(packaged_path(ASTRONAUT), path)
    with open_page(browser, site.url) as watched:
        page = watched.page
        page.on("dialog", lambda dialog: watched.complaints.append(dialog.message))
        read_photos(page, *paths)
        assert page.locator(".photo-title").all_text_contents() == names
        assert page.locator("#photos img[src='x']").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert watched.complaints == []
        assert watched.origins == {site.url}


@pytest.mark.every_state
def test_files_that_are_no_pictures_are_told_and_the_rest_is_read(
    site, browser, open_page, tmp_path
):
    (tmp_path / "noise.jpg").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes(packaged_path(ASTRONAUT).read_bytes()[:5000])
    Image.new("RGB", (64, 48), "grey").save(tmp_path / "nobody.png")
    with open_page(browser, site.url) as watched:
        read_photos(
            watched.page,
            *(tmp_path / name for name in ("noise.jpg", "empty.png", "nobody.png")),
            packaged_path(ASTRONAUT),
        )
        told = watched.page.locator("#photos .banner").all_inner_texts()
        assert told[0].startswith("noise.jpg: this browser can’t open it as a picture")
        assert told[1].startswith("empty.png:")
        assert "No face found" in watched.page.inner_text(".photo >> nth=0")
        assert watched.page.inner_text(".photo .word") == "looks happy"


BROKEN = {
    "cut off": lambda content: content[: len(content) // 2],
    "one byte wrong": lambda content: content[:-9] + bytes([content[-9] ^ 255]) + content[-8:],
    "another file": lambda content: b"<!doctype html><title>Please log in</title>",
    "missing": None,
}


@pytest.mark.parametrize(
    "damage",
    [
        "cut off",
        pytest.param("one byte wrong", marks=pytest.mark.every_state),
        pytest.param("another file", marks=pytest.mark.every_state),
        "missing",
    ],
)
@pytest.mark.every_state
def test_a_broken_model_file_is_told_by_name(dist, browser, open_page, tmp_path, damage):
    broken = tmp_path / "dist"
    shutil.copytree(dist, broken)
    model = broken / "reader" / "models" / "mien-vgg8-small-robust.onnx"
    change = BROKEN[damage]
    if change is None:
        model.unlink()
    else:
        model.write_bytes(change(model.read_bytes()))
    served = serve(broken)
    try:
        with open_page(browser, served.url) as watched:
            read_photos(watched.page, packaged_path(ASTRONAUT))
            told = watched.page.inner_text("#photos .banner")
            assert told.startswith("astronaut.png: mien-vgg8-small-robust.onnx: ")
            assert "the server" in told
            # Once the server has the whole file, the page only has to be asked again.
            shutil.copy(dist / "reader" / "models" / model.name, model)
            read_photos(watched.page, packaged_path(ASTRONAUT), packaged_path(ASTRONAUT))
            watched.page.wait_for_selector(".photo", timeout=LONG)
            assert watched.page.inner_text(".photo .word >> nth=0") == "looks happy"
    finally:
        served.stop()
