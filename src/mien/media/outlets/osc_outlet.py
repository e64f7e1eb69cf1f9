"""OSC (Open Sound Control 1.0) over UDP, for Max, Pure Data, TouchDesigner, Unity and the like."""

from __future__ import annotations

import importlib.util
import re

from mien.errors import MissingExtraError, UsageError
from mien.installing import how_to_install
from mien.media.summary.summary import expected_valence
from mien.results import Frame


class OscOutlet:
    """Sends one bundle a frame. UDP: what nobody takes is lost, and nothing waits for it.

    Parameters
    ----------
    address : str
        ``HOST:PORT``, such as ``127.0.0.1:9000``. Another computer's is sent expressions over the
        network, in the clear.

    Raises
    ------
    UsageError
        If it is no such address, or its host is not known.
    MissingExtraError
        If python-osc is not installed.
    """

    def __init__(self, address: str) -> None:
        match = re.fullmatch(r"\[?([^\[\]]+?)\]?:(\d{1,5})", address.strip())
        if match is None or not 0 < int(match[2]) < 65536:
            raise UsageError(
                f"{address!r} is no address",
                where="--osc",
                hint="HOST:PORT, such as 127.0.0.1:9000",
            )
        if importlib.util.find_spec("pythonosc") is None:
            raise MissingExtraError(
                "OSC needs python-osc, which is not installed",
                hint=f"install it with: {how_to_install('osc')}",
            )
        from pythonosc.udp_client import UDPClient

        try:
            self._client = UDPClient(match[1], int(match[2]))
        except OSError as error:
            raise UsageError(f"{match[1]!r} is not known ({error})", where="--osc") from error

    def send(self, frame: Frame) -> None:
        """Send a frame's people; see ``docs/guides/outlets.md`` for the addresses."""
        from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
        from pythonosc.osc_message_builder import OscMessageBuilder

        bundle = OscBundleBuilder(IMMEDIATELY)

        def add(address: str, *values: str | float) -> None:
            message = OscMessageBuilder(address)
            for value in values:
                message.add_arg(value)
            bundle.add_content(message.build())

        add("/mien/frame", float(frame.time or 0.0), len(frame.faces))
        for number, face in enumerate(frame.faces, start=1):
            shown = face.track or face
            person = number if face.track is None else face.track.id
            below = f"/mien/person/{person}"
            add(f"{below}/label", shown.label)
            add(f"{below}/confidence", float(shown.confidence))
            add(f"{below}/valence", float(expected_valence(face)))
            left, top, right, bottom = face.xyxy
            width, height = max(1, frame.width), max(1, frame.height)
            add(f"{below}/box", left / width, top / height, right / width, bottom / height)
            for label, value in shown.probabilities.items():
                add(f"{below}/probability/{label}", float(value))
        try:
            self._client.send(bundle.build())
        except OSError:
            # Nobody listens there now; the reading does not depend on it.
            return

    def close(self) -> None:
        """Nothing is sent any more."""
        self._client._sock.close()
