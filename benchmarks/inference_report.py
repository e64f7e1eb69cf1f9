"""The tables of ``inference.py``, in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from inference_install import Install
from inference_processes import Usage
from inference_subjects import Package, folder_bytes

BASE_IMPORT = "import numpy, cv2, onnxruntime"

LONGEST_FAILURE = 120

PHOTO_NAMES = {"one": "512×512, one face", "five": "1000×667, five faces", "large": "12 megapixels"}


@dataclass
class Timing:
    """Milliseconds of the calls of one task, round by round."""

    wall: list[list[float]] = field(default_factory=list)
    processor: list[list[float]] = field(default_factory=list)

    def median(self) -> float:
        return statistics.median(each for calls in self.wall for each in calls)

    def processor_median(self) -> float:
        return statistics.median(each for calls in self.processor for each in calls)

    def ratio_to(self, other: Timing) -> float:
        """Median over the rounds of this one's median divided by the other's of that round."""
        return statistics.median(
            statistics.median(mine) / statistics.median(theirs)
            for mine, theirs in zip(self.wall, other.wall, strict=False)
        )


@dataclass
class Row:
    """One subject with its threads: what was measured, or why not."""

    package: Package
    variant: str
    threads: int
    timings: dict[str, Timing] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    failure: str | None = None


@dataclass
class Measured:
    """All that a run measured."""

    packages: list[Package]
    rows: list[Row] = field(default_factory=list)
    imports: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of whole processes by import statement, round by round."""
    photos: dict[tuple[str, str], list[Usage]] = field(default_factory=dict)
    """Processes that read one photo, by subject and photo."""
    failures: dict[str, str] = field(default_factory=dict)
    """Why an import, or a process that reads one photo, failed: by statement or subject."""
    install: Install | None = None


def report(measured: Measured) -> str:
    """All tables."""
    parts = [
        "## What was to be reached\n\n" + _reach(measured),
        "## Classifier, ms a face\n\n" + _classifier(measured),
        "## Photo, detect and classify, ms\n\n" + _photo(measured),
        "## Import\n\n" + _imports(measured),
        "## One photo from a cold start\n\n" + _cold(measured),
        "## Packages\n\n" + _packages(measured),
    ]
    return "\n\n".join(parts) + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns are aligned to the right but the first."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _shortened(failure: str) -> str:
    """An exception's message, of bounded length."""
    if len(failure) <= LONGEST_FAILURE:
        return failure
    return failure[: LONGEST_FAILURE - 1].rstrip() + "…"


def _kind(failure: str) -> str:
    """``fails (ImportError)``; the table of packages has the message."""
    return f"fails ({failure.partition(':')[0]})"


def spread(values: Sequence[float], digits: int) -> str:
    """Median and quartiles: ``0.95 (0.93–0.98)``."""
    middle = statistics.median(values)
    low, high = middle, middle
    if len(values) > 1:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _megabytes(count: float) -> str:
    return f"{count / 1e6:.0f}"


def _find(measured: Measured, variant: str, threads: int) -> Row | None:
    for row in measured.rows:
        if row.variant == variant and row.threads == threads:
            return row
    return None


def _ratio(measured: Measured, row: Row, task: str) -> str:
    mien = _find(measured, "mien", row.threads)
    if mien is None or task not in mien.timings:
        return "–"
    return f"{row.timings[task].ratio_to(mien.timings[task]):.2f}"


def _wall(timing: Timing) -> str:
    values = [each for calls in timing.wall for each in calls]
    return spread(values, 2 if statistics.median(values) < 20 else 0)


def _columns(what: str) -> list[str]:
    return [what, "× mien", "processor time"]


def _reported(measured: Measured) -> list[Row]:
    """The rows, but those that failed like the one before them only once."""
    return [row for row in measured.rows if row.threads == 1 or row.timings]


def _classifier(measured: Measured) -> str:
    rows = []
    for row in _reported(measured):
        if row.variant not in row.package.classifiers:
            continue  # another detector, the same classifier
        cells = [row.variant, str(row.threads)]
        for task in ("face_1", "face_32"):
            if task in row.timings:
                timing = row.timings[task]
                cells += [_wall(timing), _ratio(measured, row, task)]
                cells.append(f"{timing.processor_median():.2f}")
            else:
                cells += [_kind(row.failure) if row.failure else "–", "–", "–"]
        rows.append(cells)
    return table(
        ["", "threads", *_columns("batch 1"), *_columns("batch 32")],
        rows,
    )


def _photo(measured: Measured) -> str:
    rows = []
    for row in _reported(measured):
        cells = [row.variant, str(row.threads)]
        for task in ("photo_one", "photo_five"):
            if task in row.timings:
                cells += [_wall(row.timings[task]), _ratio(measured, row, task)]
                cells.append(f"{row.timings[task].processor_median():.0f}")
                cells.append(str(row.found[task]))
            else:
                cells += [_kind(row.failure) if row.failure else "no detector", "–", "–", "–"]
        rows.append(cells)
    return table(
        [
            "",
            "threads",
            *_columns(PHOTO_NAMES["one"]),
            "found",
            *_columns(PHOTO_NAMES["five"]),
            "found",
        ],
        rows,
    )


def _imports(measured: Measured) -> str:
    rows = []
    base = measured.imports[BASE_IMPORT]
    for statement, seconds in measured.imports.items():
        more = statistics.median(seconds) - statistics.median(base)
        rows.append([f"`{statement}`", spread(seconds, 2), f"{more:+.2f}"])
    for statement, failure in measured.failures.items():
        if statement.startswith(("import ", "from ")):
            rows.append([f"`{statement}`", _shortened(failure), "–"])
    return table(["a Python that does only this", "s", "more than the first, s"], rows)


def _cold(measured: Measured) -> str:
    subjects = dict.fromkeys(subject for subject, _ in measured.photos)
    photos = dict.fromkeys(photo for _, photo in measured.photos)
    rows = []
    for subject in subjects:
        cells = [subject]
        for photo in photos:
            usages = measured.photos.get((subject, photo), [])
            if usages:
                cells.append(_megabytes(statistics.median(each.peak_bytes for each in usages)))
                cells.append(f"{statistics.median(each.seconds for each in usages):.1f}")
            else:
                cells += [_shortened(measured.failures.get(subject, "–")), "–"]
        rows.append(cells)
    for subject, failure in measured.failures.items():
        if subject not in subjects and not subject.startswith(("import ", "from ")):
            rows.append([subject, _shortened(failure), *["–"] * (2 * len(photos) - 1)])
    header = [""]
    for photo in photos:
        header += [f"{PHOTO_NAMES[photo]}: peak MB", "s"]
    return table(header, rows)


def _packages(measured: Measured) -> str:
    rows = []
    for package in measured.packages:
        failure = next((row.failure for row in measured.rows if row.package is package), None)
        size, count = "–", "–"
        if package.environment is not None:
            size = _megabytes(folder_bytes(package.environment))
            count = str(package.environment_packages)
        elif measured.install is not None:
            size, count = _megabytes(measured.install.bytes), str(measured.install.packages)
        rows.append(
            [
                f"{package.distribution} {package.version}",
                package.python_version,
                size,
                count,
                f"no: {_shortened(failure)}" if failure else "yes",
                package.note,
            ]
        )
    return table(["", "Python", "environment, MB", "packages in it", "works", "how"], rows)


def _reach(measured: Measured) -> str:
    rows = []

    def add(what: str, value: float, limit: float, text: str) -> None:
        rows.append([what, text, "yes" if value < limit else "**no**"])

    one_thread = _find(measured, "mien", 1)
    if one_thread is not None and "face_32" in one_thread.timings:
        timing = one_thread.timings["face_32"]
        text = f"{timing.median():.2f} ms ({timing.processor_median():.2f} ms of processor time)"
        add("under 2 ms a face at batch 32 on one thread", timing.median(), 2, text)
    small, fer = (_find(measured, variant, 1) for variant in ("mien (small)", "fer"))
    for task, batch in (("face_1", 1), ("face_32", 32)):
        if small is not None and fer is not None and task in small.timings.keys() & fer.timings:
            ratio = small.timings[task].ratio_to(fer.timings[task])
            what = f"the small model faster a face than fer, batch {batch}, one thread"
            add(what, ratio, 1, f"{ratio:.2f} of its time")
    for (subject, photo), usages in measured.photos.items():
        if subject == "mien analyze":
            peak = statistics.median(each.peak_bytes for each in usages) / 1e6
            what = f"under 250 MB for `mien analyze` on one photo ({PHOTO_NAMES[photo]})"
            add(what, peak, 250, f"{peak:.0f} MB")
    base = statistics.median(measured.imports[BASE_IMPORT])
    for statement, seconds in measured.imports.items():
        if "mien" in statement:
            more = statistics.median(seconds) - base
            what = f"`{statement}` under 0.3 s more than `{BASE_IMPORT}`"
            add(what, more, 0.3, f"{more:+.2f} s")
    if measured.install is None:
        rows.append(["the light install under 500 MB", "not measured (`--install`)", "–"])
    else:
        size = measured.install.bytes / 1e6
        text = f"{size:.0f} MB, {measured.install.packages} packages"
        text += f", {measured.install.seconds:.0f} s"
        add("the light install under 500 MB", size, 500, text)
    return table(["reach", "measured", "reached"], rows)
