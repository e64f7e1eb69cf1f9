"""``mien demo``: the whole way on a photo that comes with Mien."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import out, print_note
from mien.emotions import FERPLUS
from mien.media.drawing.draw import annotate, write_image
from mien.media.image import read_image
from mien.media.results.output import make_folder
from mien.media.results.sinks import create_sink
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.pixel_analyzer import PixelAnalyzer


def demo(
    to: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("mien-demo"),
) -> None:
    """Read a public-domain photo (NASA's astronaut Eileen Collins) and show what comes out."""
    analyzer = PixelAnalyzer()
    photo = packaged_path(ASTRONAUT)
    image = read_image(photo)
    frame = analyzer.analyze(image, path=photo.name)
    make_folder(to)
    write_image(to / "annotated.png", annotate(image, frame))
    heads = {name: head.labels for name, head in analyzer.card.heads.items()}
    labels, ferplus = next(iter(heads.values())), heads.get(FERPLUS.name, ())
    with create_sink("json", to / "faces.json", labels=labels, ferplus_labels=ferplus) as sink:
        sink.write(frame)
    with create_sink("table", None, labels=labels, ferplus_labels=ferplus) as table:
        table.write(frame)
    out.print(f"picture: {to / 'annotated.png'}", markup=False)
    out.print(f"data:    {to / 'faces.json'}", markup=False)
    print_note("now yours: mien analyze PHOTO…")
