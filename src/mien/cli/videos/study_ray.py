"""Recordings read by Ray, on this computer or on many that share a folder (the extra cluster)."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mien.album.indexing.ray_engine import ray_running
from mien.cli.videos.stream_options import StreamOptions
from mien.cli.videos.study_workers import Outcome, read_one
from mien.errors import MienError
from mien.media.study.read_recording import Wanted
from mien.media.study.recordings import Recording
from mien.packaged import find_model, sha256_of

_LOOK_SECONDS = 0.5
"""How often Ctrl-C is looked for while recordings are read."""


class RecordingReader:
    """The actor: opens the networks once, and reads recordings into the study's folder.

    Parameters
    ----------
    options : StreamOptions
    here : str
        Folder from which files are named, the same on all computers.
    sha256 : str
        Of the model, so that no computer reads with another.
    """

    def __init__(self, options: StreamOptions, here: str, sha256: str) -> None:
        self._wrong: str | None = None
        try:
            os.chdir(here)
            if sha256_of(find_model(options.model)) != sha256:
                raise MienError("the model is another one")
            self._analyzer = options.analyzer()
        except (MienError, OSError) as error:
            # An actor that cannot be made says nothing of why: this one tells instead.
            self._wrong = f"{error} (on {socket.gethostname()})"

    def read(self, recording: Recording, wanted: Wanted, folder: Path) -> tuple[bool, str | None]:
        """Whether the worker can read at all, and what was wrong; None where nothing was."""
        if self._wrong is not None:
            return False, self._wrong
        return True, read_one(self._analyzer, recording, wanted, folder, lambda: False)


def read_with_ray(
    recordings: list[Recording],
    wanted: Wanted,
    folder: Path,
    options: StreamOptions,
    workers: int,
    stopped: Callable[[], bool],
    address: str,
) -> Iterator[Outcome]:
    """Read recordings into a study's folder, in the order in which they are done.

    Parameters
    ----------
    workers : int
        Actors, each with one core.
    address : str
        Of a running cluster's head (``host:6379``, ``auto``), or ``local``.

    Raises
    ------
    UsageError
        If Ray is not installed, or no cluster answers at the address.
    OutputError
        If a table cannot be written.
    MienError
        If a worker cannot begin, or dies.
    """
    if not recordings:
        return
    with ray_running(address, workers):
        import ray

        # More actors than the cluster has cores would never begin.
        there = max(1, int(ray.cluster_resources().get("CPU", 1)))
        number = min(workers, there, len(recordings))
        actor = ray.remote(num_cpus=1, max_restarts=0)(RecordingReader)
        sha256 = sha256_of(find_model(options.model))
        idle = [actor.remote(options, str(Path.cwd()), sha256) for _ in range(number)]
        waiting = list(reversed(recordings))
        running: dict[Any, tuple[Any, Recording]] = {}
        while waiting or running:
            while waiting and idle:
                reader, recording = idle.pop(), waiting.pop()
                running[reader.read.remote(recording, wanted, folder)] = reader, recording
            done, _ = ray.wait(list(running), timeout=_LOOK_SECONDS)
            if stopped():
                return
            for one in done:
                reader, recording = running.pop(one)
                try:
                    able, problem = ray.get(one)
                except ray.exceptions.RayTaskError as error:
                    cause = error.cause
                    raise cause if isinstance(cause, MienError) else error from error
                except ray.exceptions.RayError as error:
                    raise MienError(
                        "a worker died, perhaps for want of memory",
                        hint="go on with the same call and fewer --workers",
                    ) from error
                if not able:
                    raise MienError(
                        f"a worker cannot begin: {problem}",
                        hint="put the same Mien, model and files on every computer",
                    )
                idle.append(reader)
                yield recording, problem
