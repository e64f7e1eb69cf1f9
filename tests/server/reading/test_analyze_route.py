from __future__ import annotations

import base64
import contextlib
import io
import socket
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.media.image import read_image
from mien.server.reading.answers import FrameAnswer
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


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "application/x-www-form-urlencoded"]
)
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


def test_forms_without_the_field_say_its_name(client, jpeg):
    for form in ({"files": {"photo": jpeg}}, {"files": {"x": b""}, "data": {"image": "text"}}):
        answer = client.post("/v1/analyze", **form)
        assert answer.status_code == 422
        assert "'image'" in error_of(answer)["what"]


def test_two_files_are_refused(client, jpeg):
    answer = client.post("/v1/analyze", files=[("image", jpeg), ("image", jpeg)])
    assert answer.status_code == 400


def test_a_wrong_parameter_is_named_and_not_repeated(client, jpeg):
    answer = client.post("/v1/analyze?explain=anna", content=jpeg)
    assert answer.status_code == 422
    assert "query.explain" in error_of(answer)["what"]
    assert "anna" not in answer.text


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


def test_too_many_at_once_are_503(small, jpeg):
    with connect(small, HALF), small.client() as client:
        answer = _until(lambda: client.post("/v1/analyze", content=jpeg), 503)
    assert error_of(answer)["what"] == "1 analyses at once is the limit"
    assert answer.headers["Retry-After"] == "1"


def _until(ask, status):
    """Ask again until the answer has this status: the other request may not have begun."""
    end = time.monotonic() + 60
    while (answer := ask()).status_code != status:
        assert time.monotonic() < end
    return answer


def test_the_place_is_free_again_when_the_client_goes(small, jpeg):
    with connect(small, HALF):
        pass
    with small.client() as client:
        _until(lambda: client.post("/v1/analyze", content=jpeg), 200)


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
        monkeypatch.setattr(PixelAnalyzer, "analyze", fail)
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
