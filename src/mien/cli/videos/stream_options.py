"""Options of whatever follows faces over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from mien.cli.options import (
    Balanced,
    Body,
    FocalLength,
    ModelName,
    ReadingName,
    Rotate,
    Signs,
    Threads,
    chosen_reading,
)
from mien.packaged import find_model
from mien.processors import cores
from mien.vision.detection.detector import DEFAULT_DETECTOR
from mien.vision.stream import DETECT_EVERY, SMOOTH_SECONDS, StreamAnalyzer


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How faces are found, followed and read."""

    smooth: Annotated[
        float, typer.Option(help="Time constant of the smoothing in seconds; 0 does not smooth.")
    ] = SMOOTH_SECONDS
    detect_every: Annotated[
        int, typer.Option(help="Look for faces in every so many frames, follow them between.")
    ] = DETECT_EVERY
    detector: Annotated[
        str,
        typer.Option(
            help="Face detector: centerface; auto (BlazeFace in its place while that sees all the "
            "faces: faster where people are near); blazeface (for faces that are not small); or "
            "haar (for comparison)."
        ),
    ] = DEFAULT_DETECTOR
    min_face: Annotated[
        float | None,
        typer.Option(help="Smallest side of a face in pixels.", show_default=False),
    ] = None
    size: Annotated[
        int | None,
        typer.Option(
            help="Longest side in pixels of what the detector sees, 640 if not said; smaller is "
            "faster and finds fewer small faces.",
            show_default=False,
        ),
    ] = None
    rotate: Rotate = False
    signs: Signs = False
    body: Body = False
    focal: FocalLength = None
    model: ModelName = None
    reading: ReadingName = None
    balanced: Balanced = False
    threads: Threads = None

    def analyzer(self) -> StreamAnalyzer:
        """The networks, opened."""
        return StreamAnalyzer(
            find_model(self.model),
            detector=self.detector,
            detect_every=self.detect_every,
            smooth_seconds=self.smooth,
            min_face=self.min_face,
            rotate=self.rotate,
            threads=self.cpu_threads(),
            size=self.size,
            reading=chosen_reading(self.reading, self.balanced),
            signs=self.signs,
            body=self.body,
            focal=self.focal,
        )

    def cpu_threads(self) -> int:
        """For the decoder as for the networks."""
        return self.threads or cores()
