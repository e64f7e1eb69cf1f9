"""The address of this computer in the network that its phones are in."""

from __future__ import annotations

import ipaddress
import socket

from mien.errors import MienError

# Addresses of documentation (RFC 5737), which nobody has: only the way there is looked up.
_FAR_AWAY = ("192.0.2.1", 9)


def local_address() -> str:
    """The IPv4 address by which this computer is reached in its network. Nothing is sent.

    Raises
    ------
    MienError
        If it is in no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
            found = str(probe.getsockname()[0])
        except OSError:
            found = "127.0.0.1"
    address = ipaddress.ip_address(found)
    if address.is_loopback or address.is_unspecified:
        raise MienError(
            "this computer is in no network, so that no phone can reach it",
            where="--lan",
            hint="join the phone's Wi-Fi, or leave out --lan",
        )
    return found
