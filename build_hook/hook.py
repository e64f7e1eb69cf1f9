"""The hook that hatchling runs: it puts the files into the wheel, or into ``src``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from build_hook.errors import BuildError
from build_hook.sources import SOURCES, is_in_place
from build_hook.wheels import take

WITH_PAGE = "MIEN_WITH_PAGE"
"""Environment variable: where it is set, the built page for browsers is put into the wheel."""

BUILT_PAGE = Path("web", "dist")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels and editable installs; an sdist needs none of the files."""

    @property
    def _package_folder(self) -> Path:
        return Path(self.root, "src", "mien")

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files into ``src`` for an editable install, else into the wheel only."""
        self._prepared: tempfile.TemporaryDirectory[str] | None = None
        missing = [each for each in SOURCES if not is_in_place(each, self._package_folder)]
        try:
            taken = take(missing)
        except BuildError as error:
            self.app.abort(f"mien cannot be built: {error}")
        folder = self._package_folder
        if version != "editable":
            self._prepared = tempfile.TemporaryDirectory(prefix="mien-build-")
            folder = Path(self._prepared.name)
            for source in SOURCES:
                home = folder if source.target in taken else self._package_folder
                build_data["force_include"][str(home / source.target)] = f"mien/{source.target}"
            if os.environ.get(WITH_PAGE):
                build_data["force_include"][str(self._built_page())] = "mien/browser"
        for target, content in taken.items():
            place(content, folder / target)

    def _built_page(self) -> Path:
        folder = Path(self.root) / BUILT_PAGE
        if not (folder / "index.html").is_file():
            self.app.abort(
                f"mien cannot be built with {WITH_PAGE}: there is no page in {BUILT_PAGE}; "
                "build it first: cd web && npm ci && npm run build"
            )
        return folder

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was prepared for the wheel."""
        if self._prepared is not None:
            self._prepared.cleanup()


def place(content: bytes, target: Path) -> None:
    """Write ``content`` to ``target`` as a whole: beside it first, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(target)
