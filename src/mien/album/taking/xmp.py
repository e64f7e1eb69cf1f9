"""XMP sidecars: what photo managers read beside a photo, while the photo stays as it is."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path

from mien.album.asking.hits import Hit
from mien.errors import OutputError
from mien.media.results.output import open_output
from mien.version import __version__

NAMESPACE = "https://mien.invalid/xmp/1/"
"""Of the score. A name, not an address: there is nothing to fetch."""


def sidecar_of(photo: str | Path) -> Path:
    """``beach.jpg.xmp``: the name that darktable and digiKam use, one for each file."""
    return Path(f"{photo}.xmp")


def write_sidecars(
    photos: Sequence[str | Path], hits: Sequence[Hit], *, emotion: str, force: bool = False
) -> tuple[Path, ...]:
    """Write a sidecar beside each photo: keywords, and the score.

    The keywords are ``expression`` and ``expression|`` with the most frequent first label of the
    faces that count (``|`` makes a tree of keywords in photo managers).

    Parameters
    ----------
    photos : sequence of path
        Beside what the sidecars go: the photos themselves, or their copies.
    hits : sequence of Hit
        What to say, in the same order.
    emotion : str
        What was asked, as a label or an expression.
    force : bool
        Replace sidecars that are there. Without it one that is there stops all before anything is
        written: it may hold somebody's edits.

    Raises
    ------
    OutputError
        If one is there already, or cannot be written.
    """
    targets = tuple(sidecar_of(photo) for photo in photos)
    for target in targets:
        if not force and os.path.lexists(target):
            raise OutputError(
                "is there already, and may hold edits of a photo manager",
                where=target,
                hint="to replace it: --force",
            )
    for target, hit in zip(targets, hits, strict=True):
        with open_output(target) as stream:
            stream.write(sidecar(hit, emotion).encode())
    return targets


def sidecar(hit: Hit, emotion: str) -> str:
    """The sidecar's text: an XMP packet (ISO 16684-1) with Dublin Core subjects."""
    tops = [face.top_emotion for face in hit.faces if face.counted]
    keywords = ["expression"]
    if tops:
        keywords.append(f"expression|{max(dict.fromkeys(tops), key=tops.count)}")
    items = "".join(f"<rdf:li>{html.escape(word, quote=False)}</rdf:li>" for word in keywords)
    asked = html.escape(emotion, quote=False).replace('"', "&quot;")
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Mien {__version__}">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:mien="{NAMESPACE}"
    mien:emotion="{asked}"
    mien:score="{hit.score:.6f}">
   <dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
