"""Entry point of the command ``mien``: turns errors into one line."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mien.cli.console import print_error
from mien.cli.exit_status import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE
from mien.cli.verbs import Verbs
from mien.errors import MienError, UsageError
from mien.version import __version__

app = typer.Typer(
    name="mien",
    cls=Verbs,
    help="Read facial expressions in photos; train, evaluate and export the models that do it. "
    "Everything runs on this machine: nothing is uploaded.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mien {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line; the process ends with the verb's exit status."""
    # A file name that is not valid text must not stop the list of results.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = app(standalone_mode=False)
    except MienError as error:
        print_error(str(error))
        status = EXIT_USAGE if isinstance(error, UsageError) else EXIT_FAILED
    except (KeyboardInterrupt, typer.Abort):
        print_error("interrupted")
        status = EXIT_INTERRUPTED
    except Exception as error:
        # Typer's own usage errors: it has its own copy of click from 0.16 on, so they share no
        # public base class over the versions that Mien works with.
        if not hasattr(error, "format_message"):
            raise
        message = " ".join(error.format_message().split()).rstrip(".")
        if message:  # None when a group was named without a verb: its help has been shown.
            print_error(f"{message}; see: mien --help")
        status = EXIT_USAGE
    sys.exit(status)
