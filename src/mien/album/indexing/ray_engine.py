"""Examining files with Ray Data, on this computer or on many (the extra ``cluster``).

Each worker is an actor that holds the networks. It gets paths and gives back what it found; the
one process that writes to the album stays the one that was started. So no worker opens the album,
which SQLite could not bear over a network.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import pickle
import socket
import tempfile
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.album.indexing.examine import Examiner, ExaminerSettings
from mien.album.indexing.workers import crashed
from mien.album.records import HASH_BYTES, Examined
from mien.errors import MienError, UsageError
from mien.installing import how_to_install
from mien.packaged import EXPRESSION_MODELS, sha256_of
from mien.processors import cores

LOCAL = "local"
"""The address that starts Ray on this computer, for the time of one run."""

BLOCK = 16
"""Files that a worker gets at once; their results come back together."""

OBJECT_STORE_BYTES = 96 << 20
"""Shared memory for paths and results, which are small: /dev/shm of a container often is, too."""

CONNECT_SECONDS = 10.0

_ALIVE = b""
"""In the place of a path: the worker says that it is there."""


@dataclass(frozen=True, slots=True)
class RayModel:
    """Which model a worker has to open: its file may lie elsewhere on every computer.

    Attributes
    ----------
    packaged : str or None
        Name of a model that comes with Mien.
    path : Path
        Of any other, the same on all computers.
    sha256 : str
    """

    packaged: str | None
    path: Path
    sha256: str


class RayExaminer:
    """The actor: opens the networks once and examines batches of paths.

    Parameters
    ----------
    settings : ExaminerSettings
    model : RayModel
    known : ndarray of shape (n,), bytes
        Sorted hashes of the contents that the album has already.
    """

    def __init__(
        self, settings: ExaminerSettings, model: RayModel, known: npt.NDArray[np.bytes_]
    ) -> None:
        self._examiner: Examiner | None = None
        self._wrong: str | None = None
        try:
            path = _path_here(model)
            if not path.is_file() or sha256_of(path) != model.sha256:
                raise UsageError("the model is missing or another one", where=path)
            self._examiner = Examiner(replace(settings, database=None, model=path), known=known)
        except MienError as error:
            # An actor that cannot be made is made again for ever: this one tells instead.
            self._wrong = f"{error.what} ({error.where}) on {socket.gethostname()}"

    def __call__(self, batch: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        """Results of the paths in the blocks of ``batch["paths"]``, pickled, one row a block."""
        found = [self._examine(bytes(block).split(b"\0")) for block in batch["paths"].tolist()]
        rows = np.empty(len(found), object)
        rows[:] = [pickle.dumps(each) for each in found]
        return {"examined": rows}

    def _examine(self, paths: list[bytes]) -> list[Examined] | str:
        if self._examiner is None:
            return self._wrong or ""
        return [self._examiner.examine(path) for path in paths if path != _ALIVE]


def examine_with_ray(
    paths: Iterable[bytes],
    settings: ExaminerSettings,
    known: Iterable[bytes],
    *,
    workers: int | None = None,
    address: str = LOCAL,
) -> Generator[Examined]:
    """Examine files, in the order in which they are done.

    Ray's usage statistics are off, and on this computer also its dashboard, and its logs, which
    name files, go with the run.

    Parameters
    ----------
    paths : iterable of bytes
        The same on all computers.
    settings : ExaminerSettings
    known : iterable of bytes
        Hashes of contents that need not be examined again.
    workers : int, optional
        Actors, each with one core; all cores by default.
    address : str
        Of a running cluster's head (``host:6379``, ``auto``), or ``local``.

    Raises
    ------
    UsageError
        If Ray is not installed, or no cluster answers at the address.
    MienError
        If workers cannot be started, or have another model.
    """
    waiting = tuple(paths)
    digests = np.array(sorted(known), f"S{HASH_BYTES}")
    with ray_running(address, workers or cores()):
        import ray

        # More actors than the cluster has cores would never begin.
        there = max(1, int(ray.cluster_resources().get("CPU", 1)))
        count = min(workers or there, there)
        arguments = {
            "settings": settings,
            "model": _model(settings.model),
            "known": digests,
        }
        done: set[bytes] = set()
        blocks = [waiting[at : at + BLOCK] for at in range(0, len(waiting), BLOCK)]
        for found in _run(blocks, arguments, count):
            done.update(examined.path for examined in found)
            yield from found
        lost = [path for path in waiting if path not in done]
        if not lost:
            return
        # They waited at a worker that was killed, perhaps by one of them.
        alive = False
        for found in _run([(_ALIVE,), *((path,) for path in lost)], arguments, count, queued=1):
            alive |= not found
            done.update(examined.path for examined in found)
            yield from found
        if not alive:
            raise MienError(
                "Ray's workers cannot be started",
                hint="put the same Python, Ray and Mien on every computer",
            )
        for path in lost:
            if path not in done:
                results = [each for found in _run([(path,)], arguments, 1) for each in found]
                yield from results or [crashed(path)]


def _run(
    blocks: Sequence[Sequence[bytes]],
    arguments: dict[str, Any],
    workers: int,
    *,
    queued: int = 2,
) -> Iterator[list[Examined]]:
    """What comes back of the blocks: nothing of those that wait at a worker which dies."""
    import ray.data

    # No path has a NUL in it.
    rows = [{"paths": b"\0".join(block)} for block in blocks]
    results = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        RayExaminer,
        fn_constructor_kwargs=arguments,
        batch_size=1,
        batch_format="numpy",
        compute=ray.data.ActorPoolStrategy(
            size=min(workers, len(rows)), max_tasks_in_flight_per_actor=queued
        ),
        num_cpus=1,
        # A file on which a worker dies would be tried on another one for ever.
        max_restarts=0,
    )
    for row in results.iter_rows():
        found: list[Examined] | str = pickle.loads(row["examined"])
        if isinstance(found, str):
            raise MienError(
                f"a worker cannot begin: {found}",
                hint="put the same Mien and the same model on every computer",
            )
        yield found


def require_ray() -> None:
    """Raise ``UsageError`` when the extra ``cluster`` is not installed."""
    if importlib.util.find_spec("ray") is None:
        raise UsageError("Ray is not installed", hint=f"install it: {how_to_install('cluster')}")


@contextlib.contextmanager
def ray_running(address: str, processes: int) -> Iterator[None]:
    """Ray started here, or joined, with nothing of it left afterwards."""
    require_ray()
    # Ray reads these when it is imported and when it starts.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # What goes wrong with a file is told by Mien, in one line.
    os.environ.setdefault("RAY_DATA_LOG_LEVEL", "CRITICAL")
    if address == LOCAL:
        # Ray listens on all of the computer's addresses, and whoever may speak to it may run
        # programs: only this process and its workers know the token.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
    import ray
    import ray.data

    with contextlib.ExitStack() as stack:
        if address == LOCAL:
            # Its sockets lie here, and their names may have 107 characters.
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="mien-", ignore_cleanup_errors=True)
            )
            own: dict[str, Any] = {
                "num_cpus": processes,
                "object_store_memory": OBJECT_STORE_BYTES,
                "include_dashboard": False,
                "_temp_dir": folder,
                "_node_ip_address": "127.0.0.1",
            }
        else:
            own = {}
            _check_address(address)
        try:
            ray.init(address, logging_level=logging.CRITICAL, log_to_driver=False, **own)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            reason = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
            if address == LOCAL:
                raise MienError(f"Ray cannot be started ({reason})") from error
            raise _no_cluster(address, reason) from error
        stack.callback(ray.shutdown)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1
        # Ray 2.60 warns that arguments of actors will be given otherwise, and has no other way yet.
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", ".*ray_remote_args.*")
        yield


def _check_address(address: str) -> None:
    """Ray itself would wait for minutes for a head that does not answer."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        raise UsageError(
            f"{address!r} is no address of a cluster", hint="try: --address 192.0.2.7:6379 or auto"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, str(error)) from error


def _no_cluster(address: str, reason: str) -> UsageError:
    return UsageError(
        f"no Ray cluster can be joined ({reason})",
        where=f"--address {address}",
        hint="start one with: ray start --head; its token and settings: docs/guides/album.md",
    )


def _model(path: Path) -> RayModel:
    names = (file.name for file in EXPRESSION_MODELS.values() if file.path == path)
    return RayModel(next(names, None), path.absolute(), sha256_of(path))


def _path_here(model: RayModel) -> Path:
    paths = (file.path for file in EXPRESSION_MODELS.values() if file.name == model.packaged)
    return next(paths, model.path)
