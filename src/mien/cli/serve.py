"""``mien serve``: answer programs and browsers over HTTP and WebSocket."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.console import err
from mien.cli.options import Balanced, Database, ModelName, ReadingName, chosen_reading
from mien.packaged import find_model
from mien.server.settings import (
    Settings,
    default_threads,
    is_loopback,
    reached_from_elsewhere,
)

_DEFAULT = Settings()


def serve(
    host: Annotated[
        str,
        typer.Option(help="Address to listen on. If other computers can reach it, give a token."),
    ] = _DEFAULT.host,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")
    ] = _DEFAULT.port,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="MIEN_TOKEN",
            help="What clients must show, 16 characters or more. Better in MIEN_TOKEN: other users "
            "of this computer can see the options of a command.",
            show_default=False,
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A name under which browsers may ask, for example behind a proxy; repeatable.",
            show_default=False,
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="Another origin whose pages may use the server, exactly as browsers name it: "
            "http://localhost:3000; repeatable. Needs a token unless it is this computer.",
            show_default=False,
        ),
    ] = None,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Refuse larger uploads and messages.")
    ] = _DEFAULT.max_bytes,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures than this many pixels.")
    ] = _DEFAULT.max_pixels,
    max_requests: Annotated[
        int,
        typer.Option(
            min=1,
            help="Analyses at once, and live connections at once, of one client address; all "
            "together have a quarter more.",
        ),
    ] = _DEFAULT.max_requests,
    max_fps: Annotated[
        float, typer.Option(help="Pictures a second of one client, and of one live connection.")
    ] = _DEFAULT.max_fps,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pictures analysed at the same time; all cores, at most 4, by default.",
            show_default=False,
        ),
    ] = None,
    model: ModelName = None,
    reading: ReadingName = None,
    balanced: Balanced = False,
    album: Annotated[
        bool | None,
        typer.Option(
            "--album/--no-album",
            help="Show the album at /album. By default only if no other computer can reach the "
            "server, and no other origin is allowed.",
            show_default=False,
        ),
    ] = None,
    database: Database = None,
) -> None:
    """Answer programs and browsers over HTTP and WebSocket, until Ctrl-C.

    Pictures stay in memory, and only until they are answered. Nothing that is sent is written to
    disk or to the log. If you have an album, its page is at /album.
    """
    from mien.album.database import default_database
    from mien.server.server import serve as run

    if album is None:
        album = not allow_origin and not reached_from_elsewhere(host, tuple(allow_host or ()))
    settings = Settings(
        host=host,
        port=port,
        token=token or None,
        allowed_hosts=tuple(allow_host or ()),
        allowed_origins=tuple(allow_origin or ()),
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        max_requests=max_requests,
        max_fps=max_fps,
        threads=threads or default_threads(),
        model=find_model(model),
        reading=chosen_reading(reading, balanced),
        album=(database or default_database()) if album else None,
    )
    run(settings, on_ready=lambda address, _: _print_ready(address, settings))


def _print_ready(address: str, settings: Settings) -> None:
    lines = [f"Mien answers at {address} (the API: {address}/docs). Stop it with Ctrl-C."]
    if is_loopback(settings.host):
        lines.append("Only programs on this computer can reach it.")
        if settings.token is None:
            lines.append("All users of this computer can; a token keeps others out.")
    else:
        lines += [
            f"Other computers can reach it, as it listens on {settings.host}. Whoever has the "
            "token can send pictures.",
            "Pictures and token travel unencrypted: put a proxy with TLS before it, unless you "
            "trust the whole network.",
        ]
    lines += [f"Pages of {origin} may use it." for origin in settings.allowed_origins]
    if settings.album is not None:
        if settings.album.exists():
            lines.append(f"Whoever can ask it sees the album's photos too: {address}/album")
    elif settings.allowed_origins or reached_from_elsewhere(settings.host, settings.allowed_hosts):
        lines.append("It does not show the album, unless you say --album.")
    for line in lines:
        err.print(line, markup=False)
