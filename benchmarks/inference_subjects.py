"""What ``inference.py`` measures: Mien, and the peers that given environments have."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

PEERS = ("fer", "deepface", "hsemotion_onnx", "rmn")
"""Modules in ``peers/``, one a package."""

_FIND = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
distributions = {each.metadata["Name"] for each in importlib.metadata.distributions()}
python = "%d.%d.%d" % sys.version_info[:3]
print(json.dumps({"found": found, "packages": len(distributions), "python": python}))
"""


@dataclass(frozen=True)
class Package:
    """An installed package that is measured, in one of its environments."""

    peer: str
    """Its module in ``peers/``."""
    distribution: str
    version: str
    python: str
    """The interpreter that runs it."""
    python_version: str
    import_statement: str
    variants: tuple[str, ...]
    classifiers: tuple[str, ...]
    """Those of the variants whose classifiers differ."""
    note: str
    environment: Path | None = None
    environment_packages: int = 0

    @property
    def own(self) -> bool:
        """Whether this is Mien itself."""
        return self.peer == "mien"


def find_mien() -> Package:
    """Mien, in the interpreter that runs this.

    Raises
    ------
    SystemExit
        If it cannot be imported.
    """
    found = subprocess.run(
        [sys.executable, "-c", "import mien; print(mien.__version__)"],
        capture_output=True,
        text=True,
    )
    if found.returncode != 0:
        sys.exit("this Python cannot import mien; install it first: pip install .")
    python = ".".join(str(part) for part in sys.version_info[:3])
    return _package("mien", found.stdout.strip(), sys.executable, python)


def find_peers(environment: Path) -> list[Package]:
    """The peers that a virtual environment has.

    Raises
    ------
    SystemExit
        If it is not an environment, or has none of them.
    """
    python = environment.absolute() / "bin" / "python"
    if not python.is_file():
        sys.exit(f"--peers {environment}: no bin/python there; give a virtual environment's folder")
    distributions = {_module(peer).DISTRIBUTION: peer for peer in PEERS}
    output = subprocess.run(
        [str(python), "-c", _FIND, *distributions], capture_output=True, text=True, check=True
    )
    answer = json.loads(output.stdout)
    if not answer["found"]:
        sys.exit(f"--peers {environment}: has none of {', '.join(distributions)}")
    return [
        _package(
            distributions[name],
            version,
            str(python),
            answer["python"],
            environment=environment,
            environment_packages=answer["packages"],
        )
        for name, version in answer["found"].items()
    ]


def folder_bytes(folder: Path) -> int:
    """Size of the files in a folder, in bytes; links are not followed."""
    return sum(
        path.lstat().st_size for path in folder.rglob("*") if path.is_file() or path.is_symlink()
    )


def _package(
    peer: str,
    version: str,
    python: str,
    python_version: str,
    *,
    environment: Path | None = None,
    environment_packages: int = 0,
) -> Package:
    module = _module(peer)
    return Package(
        peer=peer,
        distribution=module.DISTRIBUTION,
        version=version,
        python=python,
        python_version=python_version,
        import_statement=module.IMPORT,
        variants=module.VARIANTS,
        classifiers=getattr(module, "CLASSIFIERS", module.VARIANTS[:1]),
        note=module.NOTE,
        environment=environment,
        environment_packages=environment_packages,
    )


def _module(peer: str) -> ModuleType:
    return importlib.import_module(f"peers.{peer}")
