"""``AlbumDesk``: the album of a server, and the threads in which it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from mien.album.originals import Fault, OriginalError
from mien.album.pictures import jpeg_uri
from mien.album.thumbnails import look_at, thumbnail
from mien.errors import DataError, ImageError, OutputError, UsageError
from mien.processors import cores
from mien.server.album.album_parameters import wrong_parameter
from mien.server.album.reader import AlbumReader
from mien.server.error_answers import ApiError, unreadable

_MOST_PICTURE_THREADS = 2
_STATUS = {Fault.UNKNOWN: 404, Fault.GONE: 410, Fault.CHANGED: 409, Fault.OUTSIDE: 403}

Result = TypeVar("Result")


class AlbumDesk:
    """The album of a server, and the threads in which it is read.

    Ranking has one thread, as the database's connection belongs to one; pictures have up to two of
    their own, each of which may hold one large photo. Nothing of it runs in the event loop.

    Parameters
    ----------
    database : Path
    """

    def __init__(self, database: Path) -> None:
        self.database = database
        self._reader = AlbumReader(database)
        self._start()

    async def ask(self, read: Callable[[AlbumReader], Result]) -> Result:
        """What ``read`` finds in the album.

        Raises
        ------
        ApiError
            422 for a wrong parameter, 503 when the album cannot be used.
        """
        return await _in(self._ranking, lambda: read(self._reader))

    async def thumbnail(self, picture: int) -> tuple[bytes, bytes]:
        """Hash of a photo's content, and its thumbnail.

        Raises
        ------
        ApiError
            403, 404, 409, 410 or 422 when there is nothing to show, 503 as for ``ask``.
        """
        return await _in(self._pictures, lambda: thumbnail(self.database, picture))

    async def look(self, picture: int) -> dict[str, str | list[str]]:
        """A photo and its faces as data URIs; raises as ``thumbnail``."""

        def read() -> dict[str, str | list[str]]:
            found = look_at(self.database, picture)
            return {
                "photo": jpeg_uri(found.photo),
                "faces": [jpeg_uri(face) for face in found.faces],
            }

        return await _in(self._pictures, read)

    async def picture_work(self, work: Callable[[], Result]) -> Result:
        """Do something that reads photos; raises as ``thumbnail``."""
        return await _in(self._pictures, work)

    def close(self) -> None:
        """Wait for what runs, and close the database; the next request opens it again."""
        ranking, pictures = self._ranking, self._pictures
        self._start()
        pictures.shutdown(cancel_futures=True)
        # In the thread that the connection belongs to.
        ranking.submit(self._reader.close)
        ranking.shutdown()

    def _start(self) -> None:
        # No thread is started before there is something to do.
        self._ranking = ThreadPoolExecutor(1, "mien-album")
        self._pictures = ThreadPoolExecutor(min(cores(), _MOST_PICTURE_THREADS), "mien-thumbnail")


async def _in(pool: ThreadPoolExecutor, call: Callable[[], Result]) -> Result:
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, call)
    except OriginalError as error:
        raise ApiError(_STATUS[error.fault], error.what, error.hint) from error
    except ImageError as error:
        raise unreadable(error) from error
    except UsageError as error:
        raise wrong_parameter(error) from error
    except (DataError, OutputError) as error:
        # Not where: the page need not know the database's path.
        raise ApiError(503, error.what, error.hint) from error
