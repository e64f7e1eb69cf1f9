"""Build the site: ``python docs/site/build.py OUT``. Warnings, dead links too, are errors."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.cmd.build import main

SITE = Path(__file__).resolve().parent


def build(to: Path) -> int:
    """Build it into ``to``; Sphinx's exit status."""
    options = ["-q", "-W", "--keep-going", "-d", str(to / ".doctrees")]
    return main([*options, "-c", str(SITE), str(SITE.parents[1]), str(to)])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/site/build.py OUT")
    sys.exit(build(Path(sys.argv[1])))
