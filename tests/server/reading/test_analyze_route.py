from __future__ import annotations

import base64
import contextlib
import io
import json
import select
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.media.image import read_image
from mien.server.reading.answers import FrameAnswer
from mien.server.reading.engine import explanation_to_dict
from mien.vision.explain import FaceExplanation
from mien.vision.pixel_analyzer import PixelAnalyzer

from ..conftest import encoded, running


def error_of(answer) -> dict:
    error = answer.json()["error"]
    assert set(error) == {"status", "what", "hint"}
    assert error["status"] == answer.status_code
    return error


def test_answers_what_the_analyzer_says(client, jpeg):
    expected = PixelAnalyzer().analyze(read_image(jpeg)).to_dict()
    for answer in (
        client.post("/v1/analyze", files={"image": ("a.jpg", jpeg, "image/jpeg")}),
        client.post("/v1/analyze", content=jpeg, headers={"Content-Type": "image/jpeg"}),
        client.post("/v1/analyze", content=jpeg),
    ):
        assert answer.status_code == 200, answer.text
        found = answer.json()
        timing = found.pop("timing_ms")
        assert found == expected
        assert set(timing) == {"wait", "decode", "analyze", "total"}
        assert sum(timing.values()) == pytest.approx(2 * timing["total"], abs=0.05)
    assert expected["faces"][0]["label"] == "happy"


def test_explains(client, jpeg):
    answer = client.post("/v1/analyze", params={"explain": "true"}, content=jpeg)
    FrameAnswer.model_validate(answer.json())
    (face,) = answer.json()["faces"]
    kind, _, data = face["explanation"]["crop"].partition(",")
    assert kind == "data:image/png;base64"
    with PillowImage.open(io.BytesIO(base64.b64decode(data))) as crop:
        assert (crop.size, crop.mode) == ((48, 48), "L")
    assert list(face["explanation"]["maps"]) == list(face["probabilities"])
    maps = np.array(list(face["explanation"]["maps"].values()))
    assert maps.shape == (7, 12, 12)
    assert maps.min() >= 0 and 0.5 < maps.max() <= 1
    assert answer.json()["timing_ms"]["explain"] > 0


def test_says_what_is_visible(client, jpeg):
    answer = client.post("/v1/analyze?signs=true", content=jpeg)
    FrameAnswer.model_validate(answer.json())
    (face,) = answer.json()["faces"]
    assert "corners of the mouth" in face["signs"]["sentences"][0]
    assert face["signs"]["signs"][0]["speaks_for"] == face["label"]
    assert face["signs"]["distance"]["focal_from"] == "assumed"


def test_a_face_too_small_for_signs_says_so(client, portrait):
    small = encoded(portrait.resize((120, 120)))
    (face,) = client.post("/v1/analyze?signs=true", content=small).json()["faces"]
    assert face["signs"] is None and face["no_signs_because"] == "too small"


def test_a_picture_without_faces(client):
    answer = client.post("/v1/analyze?explain=1", content=encoded(PillowImage.new("L", (90, 50))))
    assert answer.status_code == 200
    assert answer.json()["faces"] == []
    assert (answer.json()["width"], answer.json()["height"]) == (90, 50)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no picture"),
        (b"not a picture at all", "is not a picture in a format"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (b"\xff\xd8\xff\xe0", "damaged"),
    ],
)
def test_what_cannot_be_read_is_422(client, content, what):
    for answer in (
        client.post("/v1/analyze", content=content),
        client.post("/v1/analyze", files={"image": ("a.jpg", content)}),
    ):
        assert answer.status_code == 422
        assert what in error_of(answer)["what"]


def test_a_cut_off_picture_is_422(client, jpeg):
    answer = client.post("/v1/analyze", content=jpeg[: len(jpeg) // 3])
    assert (answer.status_code, error_of(answer)["what"]) == (
        422,
        "the picture is cut off: most of the picture is missing",
    )


def test_too_many_pixels_are_413_before_they_are_decoded(client, bomb):
    assert len(bomb) < 100_000
    answer = client.post("/v1/analyze", content=bomb)
    assert answer.status_code == 413
    assert error_of(answer) == {
        "status": 413,
        "what": "the picture has 100,000,000 pixels, the limit is 50,000,000",
        "hint": "scale the picture down",
    }


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "video/mp4"])
def test_other_types_are_415(client, jpeg, kind):
    answer = client.post("/v1/analyze", content=jpeg, headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert "image/jpeg" in error_of(answer)["hint"]


def test_damaged_forms_are_400(client, jpeg):
    for kind, body in (
        ("multipart/form-data", jpeg),
        ("multipart/form-data; boundary=x", b"no boundary in here"),
        ("multipart/form-data; boundary=x", b"--x\r\nno disposition\r\n\r\n"),
    ):
        answer = client.post("/v1/analyze", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400, body
        assert error_of(answer)["what"] == "the form is damaged"


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize("name", ["image", "file", "img", "photo", "upload"])
def test_the_field_may_have_any_common_name(client, jpeg, name):
    uri = f"data:image/jpeg;base64,{as_base64(jpeg)}"
    for options in (
        {"files": {name: ("a.jpg", jpeg, "image/jpeg")}, "data": {"actions": "emotion"}},
        {"files": {"other": (None, "text")}, "data": {name: uri}},
        {"json": {name: uri, "actions": ["emotion"]}},
        {"json": {name: as_base64(jpeg)}},
    ):
        answer = client.post("/v1/analyze", **options)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["faces"]) == 1


def test_base64_as_programs_write_it(client, jpeg):
    urlsafe = base64.urlsafe_b64encode(jpeg).decode()
    for text in (
        base64.encodebytes(jpeg).decode(),
        urlsafe.rstrip("="),
        f" DATA:image/jpeg;charset=utf-8;BASE64,{urlsafe}",
    ):
        answer = client.post("/v1/analyze", json={"image": text})
        assert answer.status_code == 200, answer.text
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}
    content = json.dumps({"image": urlsafe}).encode()
    assert client.post("/v1/analyze", content=content, headers=kind).status_code == 200


def test_a_picture_under_the_type_that_curl_gives_it(client, jpeg, portrait):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for name in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"):
        content = encoded(portrait, name)
        assert client.post("/v1/analyze", content=content, headers=kind).status_code == 200, name
    for form in (b"", b"image=anna&explain=1", b"img=data%3Aimage%2Fjpeg%3Bbase64%2C" + jpeg[:9]):
        answer = client.post("/v1/analyze", content=form, headers=kind)
        assert answer.status_code == 415
        assert "image/jpeg" in error_of(answer)["hint"]


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        (b"{", 400, "the JSON is damaged"),
        (b"", 400, "the JSON is damaged"),
        (b"\xff\xd8\xff\xe0", 400, "the JSON is damaged"),
        (b"[" * 100_000, 400, "the JSON is damaged"),
        (b"[]", 422, "no picture in a field 'image'"),
        (b'{"picture": "AAAA"}', 422, "no picture in a field 'image'"),
        (b'{"image": 1}', 422, "no picture in a field 'image'"),
        (b'{"image": null}', 422, "no picture in a field 'image'"),
        (b'{"image": ""}', 422, "nothing in it"),
        (b'{"image": "data:image/jpeg;base64,"}', 422, "nothing in it"),
        (b'{"image": "data:image/jpeg"}', 422, "no data URI"),
        (b'{"image": "***"}', 422, "base64 is damaged"),
        (b'{"image": "AAAA"}', 422, "is not a picture"),
        (b'{"image": "/etc/hostname"}', 422, "base64 is damaged"),
        (b'{"image": "file:///etc/hostname"}', 422, "not fetched from addresses"),
        (b'{"image": "http://127.0.0.1/a.jpg"}', 422, "not fetched from addresses"),
        (b'{"image": "AAAA", "img": "AAAA"}', 422, "each of the fields 'image' and 'img'"),
    ],
)
def test_json_without_a_picture(client, body, status, what):
    kind = {"Content-Type": "application/json"}
    answer = client.post("/v1/analyze", content=body, headers=kind)
    assert answer.status_code == status, answer.text
    assert what in error_of(answer)["what"]


def test_forms_without_the_field_say_its_name(client, jpeg):
    for form in (
        {"files": {"picture": jpeg}},
        {"files": {"x": b""}, "data": {"image": "text"}},
        {"files": {"x": (None, "y")}, "data": {"image": "/etc/hostname"}},
    ):
        answer = client.post("/v1/analyze", **form)
        assert answer.status_code == 422
        assert "'image', 'file'" in error_of(answer)["what"]


def test_two_files_are_refused(client, jpeg):
    answer = client.post("/v1/analyze", files=[("image", jpeg), ("image", jpeg)])
    assert answer.status_code == 400


def test_a_wrong_parameter_is_named_and_not_repeated(client, jpeg):
    answer = client.post("/v1/analyze?explain=anna", content=jpeg)
    assert answer.status_code == 422
    assert "query.explain" in error_of(answer)["what"]
    assert "anna" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "what", "hint"),
    [
        ("POST", "/v1/analyze?explian=1", "'explian'", "did you mean 'explain'?"),
        ("POST", "/v1/analyze?explain=1&x=", "'x'", "there are: explain, signs"),
        ("GET", "/v1/models?model=small", "'model'", "there are none here"),
        ("GET", "/metrics?name[]=mien_faces", "'name[]'", "there are none here"),
        ("GET", "/healthz?a=1", "'a'", "there are none here"),
        ("POST", "/v1/session?token=no", "'token'", "there are none here"),
    ],
)
def test_unknown_parameters_are_422(client, jpeg, method, path, what, hint):
    answer = client.request(method, path, content=jpeg)
    assert answer.status_code == 422
    assert error_of(answer)["what"] == f"there is no parameter {what}"
    assert error_of(answer)["hint"] == hint


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/analyze", 405),
        ("DELETE", "/v1/models", 405),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/nothing", 404),
        ("GET", "/nothing.html", 404),
        ("GET", "/%2e%2e/app.py", 404),
        ("GET", "/..%2fapp.py", 404),
        ("POST", "/", 405),
        ("GET", "/v1/models/", 404),
    ],
)
def test_errors_of_the_router_are_json_too(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    error_of(answer)


def test_uploads_do_not_touch_the_disk(client, portrait, monkeypatch, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (1100, 1100, 3), np.uint8)
    large = encoded(PillowImage.fromarray(noise), "PNG")
    assert len(large) > 3_000_000
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not" / "there"))
    with pytest.raises(FileNotFoundError), tempfile.SpooledTemporaryFile(1) as file:
        file.write(b"12")
    answer = client.post("/v1/analyze", files={"image": ("a.png", large)})
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def small():
    """A server with small limits."""
    with running(max_bytes=200_000, max_requests=1, max_fps=1000) as found:
        yield found


@pytest.fixture(scope="module")
def hasty():
    """A server that waits for a second only."""
    with running(upload_seconds=1) as found:
        yield found


def test_too_many_bytes_are_413_with_and_without_a_length(small):
    def pieces():
        for _ in range(100):
            yield bytes(10_000)

    with small.client() as client:
        for answer in (
            client.post("/v1/analyze", content=bytes(200_001)),
            client.post("/v1/analyze", content=pieces()),
            client.post("/v1/analyze", files={"image": ("a.jpg", bytes(300_000))}),
        ):
            assert answer.status_code == 413
            assert error_of(answer)["what"] == "the body is larger than 200,000 bytes"


def connect(server, text: str) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    found.sendall(text.replace("\n", "\r\n").encode())
    return found


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


HALF = "POST /v1/analyze HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 1000\n\nhalf"


def test_a_declared_length_is_refused_before_the_body_is_sent(small):
    head = "POST /v1/analyze HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 9000000000\n\n"
    with connect(small, head) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_idle_uploads_keep_nobody_out(small, jpeg):
    """Also when they have sent almost all: no place is held before a body has arrived."""
    almost = HALF.replace("1000", str(len(jpeg))).encode().removesuffix(b"half") + jpeg[:-1]
    with contextlib.ExitStack() as held, small.client() as client:
        for _ in range(40):
            held.enter_context(connect(small, HALF))
        for _ in range(12):
            held.enter_context(connect(small, "")).sendall(almost.replace(b"\n", b"\r\n", 4))
        for _ in range(5):
            answer = client.post("/v1/analyze", content=jpeg)
            assert answer.status_code == 200, answer.text


def test_an_upload_that_stopped_is_given_up_for_others(jpeg):
    head = HALF.replace("1000", "900").removesuffix("half")
    with (
        running(max_bytes=1000, max_requests=1, max_fps=1000) as server,
        connect(server, head + 700 * "x") as first,
        server.client() as client,
    ):
        answered: list[socket.socket] = []
        while not answered:
            answer = client.post("/v1/analyze", content=bytes(800))
            assert error_of(answer)["what"].startswith("what was sent is not a picture")
            answered, _, _ = select.select([first], [], [], 0)
        found = read_all(first)
    assert found.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in found.lower()
    assert b"this body had stopped" in found


def test_too_many_at_once_are_503(jpeg, monkeypatch):
    begun, may_end = threading.Event(), threading.Event()
    analyze = PixelAnalyzer.read_pixels

    def slow(self, *arguments, **options):
        begun.set()
        assert may_end.wait(60)
        return analyze(self, *arguments, **options)

    with (
        running(max_requests=1, max_fps=1000) as server,
        ThreadPoolExecutor(1) as pool,
        server.client() as client,
    ):
        monkeypatch.setattr(PixelAnalyzer, "read_pixels", slow)
        first = pool.submit(client.post, "/v1/analyze", content=jpeg)
        try:
            assert begun.wait(60)
            answer = client.post("/v1/analyze", content=jpeg)
        finally:
            may_end.set()
        assert error_of(answer)["what"] == "1 analyses at once is the limit"
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert first.result(60).status_code == 200
        assert client.post("/v1/analyze", content=jpeg).status_code == 200


def _until(ask, status):
    """Ask again until the answer has this status: the other request may not have begun."""
    end = time.monotonic() + 60
    while (answer := ask()).status_code != status:
        assert time.monotonic() < end
    return answer


def test_a_slow_body_is_408(hasty):
    with connect(hasty, HALF) as connection:
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"did not arrive within 1 s" in answer


def test_slow_headers_end_the_connection(hasty):
    begins = ("", "GET / HT", "GET / HTTP/1.1\nHost: 127.0.0.1\nX: ")
    for connection in [connect(hasty, begin) for begin in begins]:
        with connection, contextlib.suppress(ConnectionResetError):
            assert read_all(connection) == b""


def test_too_many_a_second_are_429(jpeg):
    # One in ten seconds: a busy computer may take more than one for a picture.
    with running(max_fps=0.1) as server, server.client() as client:
        assert client.post("/v1/analyze", content=jpeg).status_code == 200
        answer = _until(lambda: client.post("/v1/analyze", content=jpeg), 429)
        assert error_of(answer)["what"] == "0.1 pictures a second is the limit"
        assert 1 <= int(answer.headers["Retry-After"]) <= 10


def test_a_failing_route_is_500_and_the_log_does_not_quote(jpeg, monkeypatch, caplog):
    def fail(*_, **__):
        raise ValueError("anna.jpg")

    with running() as server, server.client() as client:
        monkeypatch.setattr(PixelAnalyzer, "read_pixels", fail)
        answer = client.post("/v1/analyze", content=jpeg)
    assert answer.status_code == 500
    assert error_of(answer)["what"] == "internal error of the server"
    assert f"ValueError at {Path(__file__)}" in caplog.text
    assert "anna.jpg" not in caplog.text
    assert "anna.jpg" not in answer.text


def test_a_picture_that_is_cut_off_is_answered_as_incomplete(client, jpeg):
    found = client.post("/v1/analyze", content=jpeg[: len(jpeg) * 19 // 20])
    assert found.status_code == 200, found.text
    assert found.json()["incomplete"] is True
    assert [face["label"] for face in found.json()["faces"]] == ["happy"]
    FrameAnswer.model_validate(found.json())
    without_end = client.post("/v1/analyze", content=jpeg[:-2]).json()
    assert "incomplete" not in without_end
    assert without_end["faces"] == client.post("/v1/analyze", content=jpeg).json()["faces"]


def test_a_crop_in_colour_is_answered_in_colour():
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    answer = explanation_to_dict(FaceExplanation(red, {"happy": np.ones((64, 64), np.float32)}))
    png = base64.b64decode(answer["crop"].partition(",")[2])
    assert PillowImage.open(io.BytesIO(png)).getpixel((5, 5)) == (200, 0, 0)
