"""OSC and LSL as their own libraries receive them."""

from __future__ import annotations

import queue
import threading
import uuid

import numpy as np
import pytest

from mien.errors import UsageError
from mien.media.outlets.lsl_outlet import FIRST_CHANNELS, LslOutlet
from mien.media.outlets.osc_outlet import OscOutlet
from mien.media.outlets.outlets import Outlets
from mien.results import Face, Frame, TrackState

LABELS = ("happy", "sad")


def frame(*people: int, time: float = 1.5) -> Frame:
    """People, by number, who are happy by 3 to 1."""
    shown = {"happy": 0.75, "sad": 0.25}
    faces = tuple(
        Face((160.0, 90.0, 320.0, 270.0), 0.9, None, shown, {}, False,
             track=TrackState(number, shown, False, 0.0, True))
        for number in people
    )  # fmt: skip
    return Frame("a.mp4", 640, 360, faces, "d", "m", time=time, number=3)


@pytest.fixture
def heard():
    """A server of python-osc on this computer: its address, and what it was sent."""
    dispatcher = pytest.importorskip("pythonosc.dispatcher").Dispatcher()
    server_of = pytest.importorskip("pythonosc.osc_server").BlockingOSCUDPServer
    messages: queue.Queue = queue.Queue()
    dispatcher.set_default_handler(lambda address, *values: messages.put((address, values)))
    with server_of(("127.0.0.1", 0), dispatcher) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}", messages
        server.shutdown()
        thread.join()


def test_osc(heard):
    address, messages = heard
    with Outlets(LABELS, osc=address) as outlets:
        outlets.send(frame(4))
        outlets.send(frame(time=2.0))
        got = [messages.get(timeout=30) for _ in range(8)]
    said = dict(got[:7])
    assert said["/mien/frame"] == (1.5, 1)
    assert said["/mien/person/4/label"] == ("happy",)
    assert said["/mien/person/4/confidence"] == (0.75,)
    assert said["/mien/person/4/valence"] == (0.5,)
    assert said["/mien/person/4/box"] == (0.25, 0.25, 0.5, 0.75)
    assert said["/mien/person/4/probability/sad"] == (0.25,)
    assert got[7] == ("/mien/frame", (2.0, 0))


def test_nobody_who_listens_is_no_error():
    pytest.importorskip("pythonosc")
    outlet = OscOutlet("127.0.0.1:9")
    for _ in range(5):
        outlet.send(frame(1))
    outlet.close()


@pytest.mark.parametrize("address", ["", "localhost", "localhost:0", "localhost:99999", ":9000"])
def test_no_address(address):
    with pytest.raises(UsageError, match="no address"):
        OscOutlet(address)


def test_lsl():
    pylsl = pytest.importorskip("pylsl")
    name = f"Mien-{uuid.uuid4().hex}"
    with Outlets(LABELS, lsl=name) as outlets:
        (found,) = pylsl.resolve_byprop("name", name, 1, 30.0)
        inlet = pylsl.StreamInlet(found)
        info = inlet.info(30.0)
        assert (info.type(), info.nominal_srate()) == ("Expression", pylsl.IRREGULAR_RATE)
        channel = info.desc().child("channels").child("channel")
        names = []
        while not channel.empty():
            names.append(channel.child_value("label"))
            channel = channel.next_sibling()
        assert names == [*FIRST_CHANNELS, *LABELS]
        inlet.open_stream(30.0)
        outlets.send(frame(4, 7))
        outlets.send(frame(time=2.0))
        samples = [inlet.pull_sample(30.0)[0] for _ in range(3)]
    first = dict(zip(names, samples[0], strict=True))
    assert first == pytest.approx(
        {"person": 4, "time": 1.5, "unsure": 0, "confidence": 0.75, "valence": 0.5, "x": 0.375,
         "y": 0.5, "size": 0.353553, "happy": 0.75, "sad": 0.25}, abs=1e-5
    )  # fmt: skip
    assert samples[1][0] == 7
    assert samples[2][:2] == [0.0, 2.0]
    assert np.isnan(samples[2][2:]).all()


def test_a_stream_without_a_name():
    with pytest.raises(UsageError, match="no name"):
        LslOutlet(" ", LABELS)
