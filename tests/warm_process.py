"""``mien`` in a process of its own that need not load its libraries first.

One process loads what Mien imports, nothing of Mien itself, and forks for every command: each has
memory, folder, environment, streams and exit status of its own, as if it had been started afresh.
Where a process cannot be forked safely, it is.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

RUNTIME = ("cv2", "jinja2", "numpy", "onnxruntime", "PIL.Image", "pydantic", "rich.table", "typer")
LAB = (
    *RUNTIME,
    "captum.attr",
    "imblearn.over_sampling",
    "matplotlib.backends.backend_agg",
    "onnx",
    "pyarrow.parquet",
    "sklearn.metrics",
    "torch",
    "torchvision",
)
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
SECONDS = 600


class WarmProcess:
    """Runs ``mien ARGUMENTS``; the process that is forked begins with the first of them.

    Parameters
    ----------
    loaded : sequence of str
        Modules that it imports; those that are not installed are left out.
    """

    def __init__(self, loaded: Sequence[str]) -> None:
        self._loaded = loaded
        self._server: subprocess.Popen[bytes] | None = None

    def mien(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        stdin: bytes = b"",
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command in a folder."""
        # What decides how Python itself starts is only heeded by one that does.
        own = {key for key in environment if key.startswith(("PYTHON", "LC_", "LANG"))}
        same = all(environment[key] == os.environ.get(key) for key in own)
        if not (CAN_FORK and same):
            return subprocess.run(
                [sys.executable, "-m", "mien", *arguments],
                cwd=folder,
                env=dict(environment),
                input=stdin,
                capture_output=True,
                timeout=SECONDS,
            )
        with tempfile.TemporaryDirectory() as streams:
            Path(streams, "stdin").write_bytes(stdin)
            status = self._ask([streams, list(arguments), str(folder), dict(environment)])
            told = [Path(streams, name).read_bytes() for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess(["mien", *arguments], status, *told)

    def _ask(self, command: list[object]) -> int:
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, __file__, *self._loaded],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(command).encode() + b"\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the process that was forked."""
        if self._server is not None:
            self._server.communicate()


def _serve(loaded: Sequence[str]) -> None:
    """Answer each line of standard input with the exit status of a command."""
    del sys.path[0]  # The folder of the tests, which a command does not see.
    for name in loaded:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    assert threading.active_count() == 1, "a process with threads cannot be forked safely"
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _run_mien(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    sys.stdout.flush()
    os._exit(0)


def _run_mien(streams: str, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Do what ``mien ARGUMENTS`` does, and end this process."""
    signal.alarm(SECONDS)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with Path(streams, name).open("wb" if number else "rb") as file:
            os.dup2(file.fileno(), number)
    # The lines that are still to be read are not for the command.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = ["mien", *arguments]
    threads = environment.get("OMP_NUM_THREADS")
    if threads is not None and "torch" in sys.modules:
        import torch

        # Only heeded when torch is loaded.
        torch.set_num_threads(int(threads))
    status: object = 1
    try:
        from mien.cli.main import main

        main()
    except SystemExit as stopped:
        status = stopped.code or 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # At a normal end some libraries would wait for threads that a fork leaves behind.
    os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    _serve(sys.argv[1:])
