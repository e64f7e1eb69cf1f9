"""``mien video --osc``: what a program that listens is sent."""

from __future__ import annotations

import queue
import threading

import pytest

pytest.importorskip("av")


def test_a_program_hears_every_frame(mien, tmp_path, make_video, scene):
    dispatcher = pytest.importorskip("pythonosc.dispatcher").Dispatcher()
    osc_server = pytest.importorskip("pythonosc.osc_server")
    messages: queue.Queue = queue.Queue()
    dispatcher.set_default_handler(lambda address, *values: messages.put((address, values)))
    make_video(tmp_path / "a.mp4", [scene((100, 60)) for _ in range(5)], fps=5)
    with osc_server.BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        done = mien("video", "a.mp4", "--osc", f"127.0.0.1:{server.server_address[1]}")
        # Of seven labels, with four more of the person and one of the frame.
        got = [messages.get(timeout=60) for _ in range(5 * 12)]
        server.shutdown()
        thread.join()
    assert done.returncode == 0, done.stderr
    times = [values[0] for address, values in got if address == "/mien/frame"]
    assert times == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    labels = [values for address, values in got if address == "/mien/person/1/label"]
    assert labels == [("happy",)] * 5


def test_what_is_no_address_is_said(mien, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"")
    done = mien("video", "a.mp4", "--osc", "here")
    assert done.returncode == 2
    assert "--osc" in done.stderr
