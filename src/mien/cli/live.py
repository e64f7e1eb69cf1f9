"""``mien live``: the page that reads expressions from the camera, opened in the browser."""

from __future__ import annotations

import secrets
import socket
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import err
from mien.cli.journal.opened import JournalFile
from mien.cli.options import (
    Balanced,
    Browser,
    Database,
    LslName,
    ModelName,
    OscAddress,
    PagePort,
    ReadingName,
    chosen_reading,
)
from mien.errors import UsageError
from mien.packaged import find_model
from mien.server.settings import (
    DEFAULT_PORT,
    JournalSettings,
    LanSettings,
    Settings,
    default_threads,
)

_HERE = "127.0.0.1"
_TOKEN_BYTES = 16
_PHONE = "phone"
_NAMES = {"": "live page", "album": "album", _PHONE: "page with the code"}


def live(
    port: PagePort = None,
    browser: Browser = True,
    model: ModelName = None,
    reading: ReadingName = None,
    balanced: Balanced = False,
    photos: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="A folder of photos that the album's page may read, and all below; repeatable.",
            show_default=False,
        ),
    ] = None,
    lan: Annotated[
        bool,
        typer.Option(
            "--lan",
            help="Let phones in the same network in, too: by TLS, with a code to scan.",
        ),
    ] = False,
    lan_album: Annotated[
        bool, typer.Option("--lan-album", help="Like --lan, and show phones the album, too.")
    ] = False,
    lsl: LslName = None,
    osc: OscAddress = None,
    database: Database = None,
    journal: JournalFile = None,
) -> None:
    """Read expressions from the camera, in a page in the browser, until Ctrl-C.

    The page is served by this computer to itself: no other computer can reach it, nothing leaves
    it, and nothing is kept unless you ask. A tab of the page reads photos and shows why. The
    album's page is at /album; it reads folders below those of --photos when you choose them there.
    Your journal opens with the address that is said for it. With --lan a page shows a code: phones
    that scan it can use this computer's page with their own camera, but not the journal.
    """
    from mien.journal.kept.journal_file import default_journal

    open_page(
        port=port,
        browser=browser,
        model=model,
        reading=chosen_reading(reading, balanced),
        photos=tuple(photos or ()),
        database=database,
        journal=JournalSettings(path=journal or default_journal()),
        lan=_lan(album=lan_album) if lan or lan_album else None,
        lsl=lsl,
        osc=osc,
    )


def open_page(
    *,
    port: int | None,
    browser: bool,
    photos: tuple[Path, ...],
    database: Path | None,
    journal: JournalSettings | None = None,
    model: str | None = None,
    reading: str | None = None,
    page: str = "",
    lan: LanSettings | None = None,
    lsl: str | None = None,
    osc: str | None = None,
) -> None:
    """Serve the pages to this computer until Ctrl-C, and open one of them; ``page`` is its path.

    Without ``journal`` no journal is shown.

    Raises
    ------
    UsageError
        If a folder of photos is none.
    """
    from mien.album.database import default_database
    from mien.server.server import serve

    for folder in photos:
        if not folder.is_dir():
            raise UsageError("no such folder", where=folder, hint="check the spelling")
    settings = Settings(
        host=_HERE,
        port=_usual_or_free_port() if port is None else port,
        threads=default_threads(),
        model=find_model(model),
        reading=reading,
        album=database or default_database(),
        photos=photos,
        journal=journal,
        lan=lan,
        lsl=lsl,
        osc=osc,
        video=True,
    )

    def ready(address: str, phone: str | None) -> None:
        if lan is not None and phone is not None:
            _show_code(address, phone, lan)
            _show(address, page or _PHONE, browser, journal)
        else:
            _show(address, page, browser, journal)

    serve(settings, on_ready=ready, log=False)


def _usual_or_free_port() -> int:
    """The usual port, at which the browser finds the page's settings again, or 0 if it is taken."""
    try:
        with socket.create_server((_HERE, DEFAULT_PORT)):
            return DEFAULT_PORT
    except OSError:
        return 0


def _lan(*, album: bool) -> LanSettings:
    """The address for phones, with its certificate, and a token of this run."""
    from mien.album.database import default_database
    from mien.server.lan.certificate import own_certificate
    from mien.server.lan.local_network import local_address
    from mien.server.lan.phone_page import code_in_letters

    address = local_address()
    code_in_letters(address, colours=False)  # What draws it is missed now, not when all is loaded.
    found = own_certificate(default_database().parent / "lan", address)
    return LanSettings(
        host=address,
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        certificate=found.path,
        key=found.key,
        certificate_der=found.der,
        fingerprint=found.fingerprint,
        is_new=found.is_new,
        album=album,
    )


def _show_code(address: str, phone: str, lan: LanSettings) -> None:
    from mien.server.lan.phone_page import code_in_letters

    # Not by rich, which would take its width for that of letters.
    err.file.write(code_in_letters(phone, colours=err.color_system is not None))
    plain, _, token = phone.partition("#token=")
    lines = [
        f"Phones in this network: scan the code, or open {plain} and give the token {token} .",
        "Whoever has the token can use it until Mien is stopped"
        + (", and sees the album's photos." if lan.album else "; the album is not shown there."),
        f"Fingerprint of its certificate (SHA-256): {lan.fingerprint}",
        f"How to trust it: {address}/{_PHONE}",
    ]
    for line in lines:
        err.print(line, markup=False, highlight=False, soft_wrap=True)


def _show(address: str, page: str, browser: bool, journal: JournalSettings | None) -> None:
    shown = f"{address}/{page}" if page else address
    name = _NAMES.get(page, page)
    err.print(f"The {name} is at {shown} . Stop it with Ctrl-C.", markup=False)
    opened = shown
    if journal is not None:
        key = f"{address}/#journal={journal.key}"
        err.print(f"With your journal, keep this to yourself: {key}", markup=False, soft_wrap=True)
        # The page with the code has no journal. The ticket, and not the key: others can see with
        # which address a browser is started.
        opened = shown if page else f"{address}/#ticket={journal.ticket}"
    if page != _PHONE:
        err.print(
            "Only this computer can reach it. Nothing leaves it, no picture of the camera is kept.",
            markup=False,
        )
    if browser:
        # Browsers of the terminal return only when they are closed.
        threading.Thread(target=_open, args=(opened,), daemon=True).start()


def _open(address: str) -> None:
    if not webbrowser.open(address):
        err.print("No browser was found here: open the address in one yourself.", markup=False)
