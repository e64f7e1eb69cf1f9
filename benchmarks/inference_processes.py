"""The processes that ``inference.py`` measures: long ones that answer, and short ones that end.

This module and all that the parent process imports is of the standard library alone: on Linux the
peak memory that the system reports of a child is at least its parent's, so the parent stays small.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("inference_worker.py")
INPUTS = Path(__file__).with_name("inference_inputs.py")

OPENING_SECONDS = 180.0
"""Some peers import for ten seconds, and look for the network for thirty before they give up."""

CALL_SECONDS = 120.0


class SubjectError(Exception):
    """A measured process failed; the message is one line."""


@dataclass(frozen=True)
class Usage:
    """What a process that has ended took: wall seconds and its peak resident memory in bytes."""

    seconds: float
    peak_bytes: int


def environment(*, threads: int | None = None, own: bool) -> dict[str, str]:
    """Variables for a child: no GPU; with ``threads``, that many for every library that asks.

    Only Mien's own processes (``own``) see this one's ``PYTHONPATH``.
    """
    variables = dict(os.environ, CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="2")
    if not own:
        variables.pop("PYTHONPATH", None)
    if threads is not None:
        for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
            variables[f"{name}_NUM_THREADS"] = str(threads)
        variables["TF_NUM_INTRAOP_THREADS"] = str(threads)
        variables["TF_NUM_INTEROP_THREADS"] = "1"
    return variables


class Worker:
    """A process of ``inference_worker.py serve``. Made at once, waited for by ``opened``."""

    def __init__(
        self, python: str, peer: str, variant: str, threads: int, folder: Path, *, own: bool
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        self._rest = b""
        self._process = subprocess.Popen(
            [python, str(WORKER), "serve", peer, variant, str(threads), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment(threads=threads, own=own),
            cwd=folder,
            start_new_session=True,
        )

    def opened(self) -> dict[str, Any]:
        """Wait until the subject is ready: its tasks and the faces that it found."""
        return self._answer(OPENING_SECONDS)

    def ask(self, task: str, seconds: float) -> dict[str, list[float]]:
        """Time a task for about ``seconds``: milliseconds of each call."""
        assert self._process.stdin is not None
        line = json.dumps({"task": task, "seconds": seconds}) + "\n"
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except OSError:
            raise SubjectError(self._death()) from None
        return self._answer(CALL_SECONDS)

    def close(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                with contextlib.suppress(OSError):  # what it never read cannot be flushed
                    stream.close()

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        end = time.monotonic() + seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._process.stdout], [], [], end - time.monotonic())
            if not ready:
                raise SubjectError(f"no answer in {seconds:.0f} s")
            read = os.read(self._process.stdout.fileno(), 65536)
            if not read:
                raise SubjectError(self._death())
            self._rest += read
        line, self._rest = self._rest.split(b"\n", 1)
        content: dict[str, Any] = json.loads(line)
        if "error" in content:
            raise SubjectError(content["error"])
        return content

    def _death(self) -> str:
        status = self._process.wait()
        self._errors.seek(0)
        return last_line(self._errors.read()) or f"it ended with status {status}"


def run(command: list[str], *, own: bool, seconds: float = OPENING_SECONDS) -> Usage:
    """Run a command to its end, as a person would: no threads are set.

    Raises
    ------
    SubjectError
        If it ends with another status than 0, or not within ``seconds``.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment(own=own),
            cwd=tempfile.gettempdir(),
            start_new_session=True,
        )
        timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        took = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == -signal.SIGKILL and took >= seconds:
            raise SubjectError(f"not done in {seconds:.0f} s")
        if process.returncode != 0:
            errors.seek(0)
            raise SubjectError(
                last_line(errors.read()) or f"it ended with status {process.returncode}"
            )
    # Kibibytes on Linux, bytes on macOS.
    return Usage(took, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def last_line(output: bytes) -> str:
    """The last line of a program's errors: of a traceback, the exception."""
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
