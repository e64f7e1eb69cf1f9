from __future__ import annotations

import json
import math
import struct
import time

import pytest
from PIL import Image as PillowImage
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from ..conftest import encoded, running


def message(clock: float, picture: bytes) -> bytes:
    return struct.pack("<d", clock) + picture


@pytest.fixture
def live(server):
    with connect(server.live, max_size=None) as found:
        yield found


def received(live) -> dict:
    return json.loads(live.recv(timeout=60))


def error_of(live, status: int = 422) -> dict:
    error = received(live)
    assert (error["type"], error["status"]) == ("error", status)
    assert error["what"] and "hint" in error
    return error


def test_a_picture_is_answered_with_its_faces(live, jpeg):
    live.send(message(123.456, jpeg))
    found = received(live)
    assert set(found) == {"type", "sent", "dropped", "timing_ms", "frame"}
    assert (found["type"], found["sent"], found["dropped"]) == ("frame", 123.456, 0)
    assert set(found["timing_ms"]) == {"wait", "decode", "analyze", "total"}
    (face,) = found["frame"]["faces"]
    assert face["track"]["id"] == 1
    assert face["track"]["label"] == "happy"


def test_only_the_newest_picture_is_read_and_the_rest_counted(live, portrait):
    large = encoded(portrait.resize((1600, 1600)), quality=95)
    for number in range(40):
        live.send(message(number, large))
    answers = []
    while not answers or answers[-1]["sent"] != 39:
        answers.append(received(live))
    sent = [answer["sent"] for answer in answers]
    assert sent == sorted(sent)
    assert len(answers) < 40
    assert len(answers) + sum(answer["dropped"] for answer in answers) == 40
    # What was dropped before an answer are the numbers between it and the answer before.
    assert [b - a - 1 for a, b in zip([-1, *sent], sent, strict=False)] == [
        answer["dropped"] for answer in answers
    ]


def test_people_keep_their_number(live, jpeg):
    ids = set()
    for number in range(5):
        live.send(message(number, jpeg))
        ids |= {face["track"]["id"] for face in received(live)["frame"]["faces"]}
    assert ids == {1}


def test_each_connection_has_its_own_people(server, jpeg):
    for _ in range(2):
        with connect(server.live) as live:
            live.send(message(0, jpeg))
            assert received(live)["frame"]["faces"][0]["track"]["id"] == 1


def test_frame_time_is_the_servers_and_grows(live, jpeg):
    begun = time.monotonic()
    live.send(message(9e9, jpeg))
    first = received(live)["frame"]["time"]
    time.sleep(0.2)
    live.send(message(-5, jpeg))
    passed = received(live)["frame"]["time"] - first
    assert 0.2 <= passed <= time.monotonic() - begun


def test_a_bad_picture_is_told_and_the_next_one_is_read(live, jpeg):
    live.send(message(1, b"\xff\xd8 not a JPEG"))
    assert error_of(live)["sent"] == 1
    live.send(message(2, jpeg[:2000]))
    assert "cut off" in error_of(live)["what"]
    live.send(message(3, jpeg))
    assert received(live)["sent"] == 3


def test_too_many_pixels_are_told(live, bomb):
    live.send(message(1, bomb))
    assert "limit is 50,000,000" in error_of(live, 413)["what"]


@pytest.mark.parametrize("clock", [math.nan, math.inf, -math.inf])
def test_a_clock_that_is_no_number_is_told(live, clock, jpeg):
    live.send(message(clock, jpeg))
    assert "clock" in error_of(live)["what"]


@pytest.mark.parametrize("short", [b"", b"1234567", struct.pack("<d", 1)])
def test_a_message_without_a_picture_is_told(live, short):
    live.send(short)
    assert "no picture" in error_of(live)["what"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        '{"type": "other"}',
        '{"type": "settings", "smooth_seconds": -1}',
        '{"type": "settings", "smooth_seconds": 1e999}',
        '{"type": "settings", "smooth_seconds": "1"}',
        '{"type": "settings", "detect_every": 0}',
        '{"type": "settings", "detect_every": 1.5}',
        '{"type": "settings", "unknown": 1}',
        '{"type": "settings", "signs": "yes"}',
        "[" * 5000,
    ],
)
def test_wrong_settings_are_told(live, text, jpeg):
    live.send(text)
    assert "settings" in error_of(live)["hint"]
    live.send(message(1, jpeg))
    assert received(live)["type"] == "frame"


def test_settings_ask_for_what_is_visible(live, jpeg):
    live.send(message(0, jpeg))
    assert "signs" not in received(live)["frame"]["faces"][0]
    live.send(json.dumps({"type": "settings", "signs": True}))
    live.send(message(1, jpeg))
    (face,) = received(live)["frame"]["faces"]
    assert "corners of the mouth" in face["signs"]["sentences"][0]
    live.send(json.dumps({"type": "settings", "signs": False}))
    live.send(message(2, jpeg))
    assert "signs" not in received(live)["frame"]["faces"][0]


def test_settings_change_how_often_faces_are_looked_for(live, jpeg):
    live.send(json.dumps({"type": "settings", "detect_every": 1, "smooth_seconds": 0}))
    for number in range(4):
        live.send(message(number, jpeg))
        (face,) = received(live)["frame"]["faces"]
        assert face["track"]["detected"]
        # Nothing is smoothed.
        assert face["track"]["probabilities"] == face["probabilities"]
    live.send(json.dumps({"type": "settings", "detect_every": 2}))
    detected = []
    for number in range(8):
        live.send(message(number, jpeg))
        detected.append(received(live)["frame"]["faces"][0]["track"]["detected"])
    assert False in detected


def test_pictures_a_second_are_limited_by_dropping(jpeg):
    small = encoded(PillowImage.new("L", (64, 64)))
    with running(max_fps=10) as server, connect(server.live) as live:
        started = time.monotonic()
        for number in range(100):
            live.send(message(number, small))
            time.sleep(0.01)
        answers = [received(live)]
        while answers[-1]["sent"] != 99:
            answers.append(received(live))
        seconds = time.monotonic() - started
        assert len(answers) <= 10 * seconds + 2
        assert len(answers) + sum(answer["dropped"] for answer in answers) == 100


def test_too_large_a_message_ends_the_connection_with_1009():
    with running(max_bytes=50_000) as server, connect(server.live) as live:
        live.send(message(1, bytes(50_000)))
        error_of(live)
        live.send(message(2, bytes(50_001)))
        with pytest.raises(ConnectionClosedError) as caught:
            received(live)
        assert caught.value.rcvd.code == 1009


def test_too_many_connections_are_503():
    with running(max_requests=1) as server:
        with connect(server.live), pytest.raises(InvalidStatus) as caught, connect(server.live):
            pass
        assert caught.value.response.status_code == 503
        assert caught.value.response.headers["Retry-After"] == "1"
        assert b"1 live connections at once" in caught.value.response.body


def test_a_connection_that_is_gone_frees_its_place(jpeg):
    with running(max_requests=1) as server:
        for number in range(3):
            end = time.monotonic() + 60
            while True:
                try:
                    with connect(server.live) as live:
                        live.send(message(number, jpeg))
                        if number == 0:
                            live.socket.close()
                        else:
                            received(live)
                    break
                except (InvalidStatus, OSError):
                    assert time.monotonic() < end


def test_what_is_read_is_sent_on_to_a_program_that_listens(jpeg):
    dispatcher = pytest.importorskip("pythonosc.dispatcher").Dispatcher()
    osc_server = pytest.importorskip("pythonosc.osc_server")
    labels = []
    dispatcher.map("/mien/person/1/label", lambda address, *values: labels.append(values))
    with osc_server.BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as listener:
        listener.timeout = 60
        address = f"127.0.0.1:{listener.server_address[1]}"
        with running(max_fps=1000, osc=address) as server, connect(server.live) as live:
            live.send(message(1.0, jpeg))
            assert received(live)["type"] == "frame"
            listener.handle_request()
    assert labels == [("happy",)]
