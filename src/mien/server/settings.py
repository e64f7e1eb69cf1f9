"""``Settings``: what a server listens on and how much it takes."""

from __future__ import annotations

import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from mien.errors import UsageError
from mien.processors import cores

DEFAULT_PORT = 8765
SHORTEST_TOKEN = 16
"""Characters. A shorter token could be guessed by trying."""

_MOST_THREADS = 4
_KEY_BYTES = 24
_MAKE_TOKEN = (
    "set MIEN_TOKEN, for example to what this prints: "
    'python -c "import secrets; print(secrets.token_urlsafe())"'
)
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
)
_OWN_PORTS = {"http": "80", "https": "443"}


def default_threads() -> int:
    """Processors that this process may use, at most 4: each may hold one large picture."""
    return min(cores(), _MOST_THREADS)


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a server bound to ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class LanSettings:
    """A second address, for phones in the same network, by TLS and with a token.

    Attributes
    ----------
    host : str
        This computer's address in that network.
    token : str
    certificate, key : Path
        PEM files.
    certificate_der : bytes
        The certificate once more, as phones install it.
    fingerprint : str
        SHA-256 of the certificate.
    is_new : bool
        Whether it was made just now.
    album : bool
        Whether the album is shown there.
    """

    host: str
    token: str
    certificate: Path
    key: Path
    certificate_der: bytes
    fingerprint: str
    is_new: bool = False
    album: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """A journal that the page shows, to whoever has its key and sits at this computer.

    Attributes
    ----------
    path : Path
        The journal's file; it need not be there yet.
    key : str
        What the page shows with each request; drawn for each run.
    ticket : str
        Exchanged for the key once: see ``mien.server.journal.journal_key``.
    """

    path: Path
    key: str = field(default_factory=lambda: secrets.token_urlsafe(_KEY_BYTES), repr=False)
    ticket: str = field(default_factory=lambda: secrets.token_urlsafe(_KEY_BYTES), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server listens on and how much it takes.

    Attributes
    ----------
    host : str
        Address or name to bind.
    port : int
        0 to 65535; 0 takes a free one.
    token : str or None
        What clients have to show; needed unless ``host`` is this computer's own address and
        ``allowed_hosts`` is empty.
    allowed_hosts : tuple of str
        Names, without port, under which browsers may ask beside ``localhost``, ``host`` and
        addresses in numbers.
    allowed_origins : tuple of str
        Origins (``https://example.org``, exactly as a browser sends them) whose pages may use the
        server beside its own. Needs a token unless the pages are this computer's.
    max_bytes : int
        Largest body of a request and largest message of a WebSocket, in bytes.
    max_pixels : int
        Most pixels (width times height) of a picture.
    max_requests : int
        Analyses over HTTP that one client address has at once (waiting or running); also the
        number of its live connections. All addresses together have a quarter more.
    max_fps : float
        Most pictures a second: of one client address over HTTP, and of one live connection.
    upload_seconds : float
        Time for a client to send its request's header, and again for its body.
    threads : int
        Pictures that are analysed at the same time, each on one CPU thread.
    model : Path or None
        A model file of Mien; the packaged default when None.
    reading : str or None
        How the model's outputs become what is shown, as in ``mien.Analyzer``.
    album : Path or None
        Database of an album to show; it need not be there yet. None: no album is shown.
    photos : tuple of Path
        Folders of which the album's page may offer to read them, and all below them. Empty: none.
    journal : JournalSettings or None
        A journal to show; never to phones. Only for a server on this computer's own address.
    lan : LanSettings or None
        A second address, by which phones come in. What comes by ``host``, which must then be this
        computer's own, needs no token.

    Raises
    ------
    UsageError
        If a value is out of range, or a token is missing or too short.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    max_requests: int = 16
    max_fps: float = 30.0
    upload_seconds: float = 60.0
    threads: int = 1
    model: Path | None = None
    reading: str | None = None
    album: Path | None = None
    photos: tuple[Path, ...] = ()
    journal: JournalSettings | None = None
    lan: LanSettings | None = None
    lsl: str | None = None
    osc: str | None = None
    video: bool = False
    max_video_bytes: int = 4_000_000_000

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError(f"the port is {self.port}, expected 0 to 65535", where="--port")
        for name in ("max_bytes", "max_video_bytes", "max_pixels", "max_requests", "threads"):
            if getattr(self, name) < 1:
                raise UsageError(
                    f"is {getattr(self, name)}, expected at least 1", where=_option(name)
                )
        for name in ("max_fps", "upload_seconds"):
            if not 0 < getattr(self, name) < float("inf"):
                raise UsageError(f"is {getattr(self, name)}, expected above 0", where=_option(name))
        for origin in self.allowed_origins:
            _check_origin(origin)
        foreign = foreign_origins(self.allowed_origins)
        if self.token is None and foreign:
            raise UsageError(
                f"pages of {foreign[0]} come from elsewhere, so a token is needed",
                where="--token",
                hint=_MAKE_TOKEN,
            )
        reached = reached_from_elsewhere(self.host, self.allowed_hosts)
        if self.token is None and reached:
            raise UsageError(
                f"other computers can reach {reached[0]}, so a token is needed",
                where="--token",
                hint=_MAKE_TOKEN,
            )
        if self.journal is not None and reached:
            raise UsageError(
                f"other computers can reach {reached[0]}; the journal is not shown to them",
                where="--journal",
            )
        if self.lan is not None and (reached or self.token is not None):
            raise UsageError("phones come in beside this computer alone", where="--lan")
        if self.token is not None and not _is_good_token(self.token):
            raise UsageError(
                f"the token must have {SHORTEST_TOKEN} or more visible ASCII characters",
                where="--token",
                hint='make one with: python -c "import secrets; print(secrets.token_urlsafe())"',
            )


def reached_from_elsewhere(host: str, allowed_hosts: tuple[str, ...]) -> list[str]:
    """Those of a server's names under which other computers can reach it."""
    return [name for name in (host, *allowed_hosts) if not is_loopback(name)]


def foreign_origins(origins: tuple[str, ...]) -> list[str]:
    """Those of the origins whose pages do not come from this computer."""
    return [origin for origin in origins if not is_loopback(_host_of(origin))]


def _host_of(origin: str) -> str:
    found = _ORIGIN.fullmatch(origin)
    return "" if found is None else found["host"].strip("[]")


def _check_origin(origin: str) -> None:
    """Raise ``UsageError`` for what no browser sends as an origin."""
    found = _ORIGIN.fullmatch(origin)
    if found is None or int(found["port"] or 1) > 65535:
        raise UsageError(
            f"{origin!r} is no origin",
            where="--allow-origin",
            hint="give scheme, host and port in small letters, without a path: "
            "http://localhost:3000",
        )
    if found["port"] == _OWN_PORTS[found["scheme"]]:
        raise UsageError(
            f"browsers leave the port out of {origin}",
            where="--allow-origin",
            hint=f"give {origin.rpartition(':')[0]}",
        )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _is_good_token(token: str) -> bool:
    return len(token) >= SHORTEST_TOKEN and all("!" <= letter <= "~" for letter in token)
