"""The figures of an audit in words: what was found, what it means, what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mien.lab.data.audit.blanks import BLANK, MOSTLY, NEARLY, Blank
from mien.lab.data.audit.counts import ALL, ClassCounts
from mien.lab.data.audit.duplicates import Duplicates, Overlap
from mien.lab.data.audit.intensity import Intensity
from mien.lab.data.audit.label_agreement import SUSPECT_MARGIN, AgreementAudit
from mien.lab.data.audit.near import LEAST_CORRELATION
from mien.lab.data.audit.vote_join import VoteJoin
from mien.lab.data.faces import SPLITS

IMBALANCE_WORTH_ACTING = 3.0
"""Largest class over smallest from which on accuracy hides the smallest."""

LIGHT_WORTH_ACTING = 0.5
"""Distance of a class's mean brightness from that of all, in standard deviations of images."""


@dataclass(frozen=True)
class Finding:
    """One thing that the audit found.

    Attributes
    ----------
    key : str
        What it is about, in snake case: the same for every data set.
    level : {"act", "know", "fine", "missing"}
        Something to do, something to know, nothing wrong, or not possible to tell.
    what, meaning, action : str
        A sentence each; ``action`` may be empty.
    """

    key: str
    level: Literal["act", "know", "fine", "missing"]
    what: str
    meaning: str
    action: str = ""


def interpret(
    counts: Sequence[ClassCounts],
    blanks: Sequence[Blank],
    duplicates: Duplicates,
    intensity: Sequence[Intensity],
    agreement: AgreementAudit | None,
    join: VoteJoin | None,
) -> tuple[Finding, ...]:
    """Put the figures into words, those that ask for something first."""
    found = [
        *_join(join),
        *_splits(counts),
        *_classes(counts),
        *_blanks(blanks),
        *_exact(duplicates),
        *_conflicts(duplicates),
        *_near(duplicates),
        *_light(intensity),
        *_votes(agreement),
    ]
    order = ("act", "know", "missing", "fine")
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))


def _join(join: VoteJoin | None) -> Iterator[Finding]:
    """Votes that may be those of other images: what the import has warned of, said again."""
    if join is None or not (join.warning or join.is_low):
        return
    what = join.warning or f"the FER+ votes fit the labels badly: {join.sentence}"
    yield Finding(
        "vote_join",
        "act",
        f"{what[0].upper()}{what[1:]}".rstrip("?.") + ("?" if what.endswith("?") else "."),
        "Votes on the wrong rows are noise: soft targets, label agreement and cleaned labels made "
        "of them mean nothing.",
        "Import the data set again, with fer2013.csv and fer2013new.csv as they were downloaded.",
    )


def number(count: int, singular: str, plural: str = "") -> str:
    """A count with its noun: ``1 image``, ``2,304 images``."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def _splits(counts: Sequence[ClassCounts]) -> Iterator[Finding]:
    missing = [split for split in SPLITS if split not in {part.split for part in counts}]
    if not missing:
        return
    actions = {
        "Training": "it can be evaluated on, but not trained on",
        "PublicTest": "to choose anything, import it again with --holdout 0.1",
        "PrivateTest": "a figure chosen on PublicTest is no test figure: say so where you give it",
    }
    yield Finding(
        "splits",
        "missing",
        f"There is no {' and no '.join(missing)}.",
        "What is said of the other splits stands; overlaps with these cannot be told.",
        "; ".join(f"{split}: {actions[split]}" for split in missing) + ".",
    )


def _classes(counts: Sequence[ClassCounts]) -> Iterator[Finding]:
    everything = counts[-1]
    ratio = everything.imbalance_ratio
    empty = [f"{', '.join(part.missing)} in {part.split}" for part in counts if part.missing]
    if empty:
        if set(counts[-1].missing):
            empty = [f"{', '.join(everything.missing)} in any split"] + [
                f"{', '.join(more)} in {part.split}"
                for part in counts[:-1]
                if (more := [name for name in part.missing if name not in everything.missing])
            ]
        yield Finding(
            "empty_classes",
            "act",
            f"No image of {'; none of '.join(empty)}.",
            "A class that is never shown is never learnt, and one without test images has no "
            "recall.",
            "Use a smaller label set, or add images.",
        )
    if ratio is None:
        yield Finding(
            "imbalance",
            "act",
            "Only one class has images.",
            "There is nothing to tell apart.",
            "Check the mapping that the data was imported with.",
        )
        return
    present = {label: count for label, count in everything.counts.items() if count}
    largest, smallest = (pick(present, key=present.__getitem__) for pick in (max, min))
    what = (
        "All classes have as many images."
        if ratio == 1
        else (
            f"{largest} has {ratio:.1f} times the images of {smallest} "
            f"({present[largest]:,} and {present[smallest]:,})."
        )
    )
    if ratio >= IMBALANCE_WORTH_ACTING:
        yield Finding(
            "imbalance",
            "act",
            what,
            f"A model that never says {smallest} loses {everything.share(smallest):.1%} of "
            "accuracy: accuracy alone does not show the small classes.",
            "Report macro F1 or mean-class recall beside accuracy; if the small classes matter, "
            "try the recipe key balance.",
        )
    else:
        yield Finding("imbalance", "fine", what, "Accuracy shows all classes.")


def _blanks(blanks: Sequence[Blank]) -> Iterator[Finding]:
    if not blanks:
        yield Finding(
            "blanks", "fine", "No image is blank or nearly so.", "Every image shows something."
        )
        return
    kinds = Counter(blank.kind for blank in blanks)
    parts = [f"{kinds[kind]:,} {kind}" for kind in (BLANK, NEARLY, MOSTLY) if kinds[kind]]
    splits = Counter(blank.split for blank in blanks)
    where = ", ".join(f"{splits[split]:,} in {split}" for split in SPLITS if splits[split])
    yield Finding(
        "blanks",
        "act",
        f"{number(len(blanks), 'image')} without much in it: {', '.join(parts)} ({where}).",
        "They carry a label that no one can read off them: noise in Training, lost points in a "
        "test.",
        "Look at them in audit.html. Keep them where others' figures have them in; leave them out "
        "of a data set of your own.",
    )


def _exact(duplicates: Duplicates) -> Iterator[Finding]:
    across = [part for part in duplicates.overlaps if part.split != part.other and part.exact]
    inside = [part for part in duplicates.overlaps if part.split == part.other and part.exact]
    for part in across:
        if part.other == "Training":
            action = (
                f"Report {part.split} without them too (mien evaluate does), and train without "
                "their twins (data.twins: drop, the default)."
            )
        else:
            action = f"What was chosen on {part.other} has seen them: report without them too."
        yield Finding(
            f"twins_{part.split}_{part.other}",
            "act",
            f"{number(part.exact, f'{part.split} image')} ({part.exact / part.images:.1%}) "
            f"{'has' if part.exact == 1 else 'have'} a pixel-identical twin in {part.other}; "
            f"{part.exact_disagreeing:,} of them under another label.",
            "A model can remember these instead of recognising them.",
            action,
        )
    if inside:
        where = ", ".join(f"{part.exact:,} in {part.split}" for part in inside)
        yield Finding(
            "twins_inside",
            "know",
            f"Images with a pixel-identical twin in the same split: {where}.",
            "In Training they count several times, and a random part held out of it shares them.",
            "Hold out whole groups (mien data import --holdout does).",
        )
    if not duplicates.exact:
        yield Finding(
            "twins", "fine", "No two images are equal in every pixel.", "Nothing is counted twice."
        )


def _conflicts(duplicates: Duplicates) -> Iterator[Finding]:
    groups = [group for group in duplicates.exact if not group.labels_agree]
    if not groups:
        return
    text = (
        f"{len(groups):,} of {number(len(duplicates.exact), 'group')} of identical images "
        f"({len(groups) / len(duplicates.exact):.1%}) have more than one label."
    )
    known = [group for group in duplicates.exact if group.votes_agree is not None]
    if known:
        apart = sum(not group.votes_agree for group in known)
        text += (
            f" The FER+ majority differs in {apart:,} of the {len(known):,} groups where it is "
            "known for all."
        )
    meaning = (
        "Identical pictures with different labels show the least that labels err by; no model can "
        "be right on both."
    )
    if all(group.votes_identical for group in duplicates.exact):
        meaning += (
            " The votes are the same for all rows of every group, to the last one: each picture "
            "was voted on once, so their agreement proves nothing."
        )
    yield Finding(
        "conflicting_twins",
        "act",
        text,
        meaning,
        "Look at them in audit.html; in a data set of your own, decide for one label each.",
    )


def _near(duplicates: Duplicates) -> Iterator[Finding]:
    if not duplicates.complete:
        yield Finding(
            "near_duplicates",
            "act",
            "The search for near duplicates gave up: too many images are alike.",
            "What is listed is true, but not all of it. The images differ less than photos of "
            "different people do.",
            "Check that the images are what you think they are.",
        )
    pairs = duplicates.near_pairs
    if not pairs:
        if duplicates.complete:
            yield Finding(
                "near_duplicates",
                "fine",
                f"No two different images correlate by {LEAST_CORRELATION} or more, straight or "
                "mirrored.",
                "No copy with another brightness, compression or watermark was found.",
            )
        return
    mirrored = sum(pair.mirrored for pair in pairs)
    apart = sum(pair.labels[0] != pair.labels[1] for pair in pairs)
    more = [
        part
        for part in duplicates.overlaps
        if part.split != part.other and part.exact_or_near > part.exact
    ]
    where = "".join(f" {_near_overlap(part)}" for part in more)
    yield Finding(
        "near_duplicates",
        "act" if more else "know",
        f"{number(len(pairs), 'pair')} of different images are near duplicates (pixels correlate "
        f"by {LEAST_CORRELATION} or more), {mirrored:,} of them mirrored, {apart:,} with "
        "different labels.",
        "The same photo with other brightness, compression or watermark, or nearly the same crop: "
        f"hardly less of a leak than an identical twin, but not found as one.{where}",
        "Do not read much into small gains on a test that shares them; the families in audit.json "
        "say what should stay together when you split.",
    )


def _near_overlap(part: Overlap) -> str:
    more = part.exact_or_near - part.exact
    return (
        f"{more:,} more {part.split} images have such a duplicate in {part.other} (with the "
        f"identical ones {part.exact_or_near:,}, {part.exact_or_near / part.images:.1%})."
    )


def _light(intensity: Sequence[Intensity]) -> Iterator[Finding]:
    whole = next(part for part in intensity if part.split == ALL and part.label == ALL)
    spread = whole.brightness_deviation
    for name, parts in (
        ("class", [part for part in intensity if part.split == ALL and part.label != ALL]),
        ("split", [part for part in intensity if part.label == ALL and part.split != ALL]),
    ):
        if len(parts) < 2 or not spread:
            continue
        furthest = max(parts, key=lambda part: abs(part.mean - whole.mean))
        distance = abs(furthest.mean - whole.mean) / spread
        title = furthest.label if name == "class" else furthest.split
        what = (
            f"The {name} furthest from the mean brightness ({whole.mean:.0f} of 255) is {title} "
            f"({furthest.mean:.0f}): {distance:.2f} standard deviations of images."
        )
        if distance >= LIGHT_WORTH_ACTING:
            yield Finding(
                f"light_{name}",
                "know",
                what,
                "A model could learn the light instead of the face.",
                "Standardise each image (input.scaling) and vary brightness in the augmentation.",
            )
        else:
            yield Finding(
                f"light_{name}", "fine", what, f"The light does not give the {name} away."
            )


def _votes(agreement: AgreementAudit | None) -> Iterator[Finding]:
    if agreement is None:
        yield Finding(
            "agreement",
            "missing",
            "No FER+ votes.",
            "How far the labels can be trusted is not known.",
            "For FER2013, import with --ferplus fer2013new.csv.",
        )
        return
    overall = agreement.overall
    if agreement.without_counterpart:
        yield Finding(
            "no_counterpart",
            "missing",
            f"FER+ has no {', no '.join(agreement.without_counterpart)}.",
            "Images of these labels are not compared with the votes.",
        )
    if overall.share is not None:
        shares = [part for part in agreement.by_label if part.share is not None]
        best, worst = (pick(shares, key=lambda part: part.share or 0) for pick in (max, min))
        yield Finding(
            "agreement",
            "know",
            f"The FER+ majority agrees with the label on {overall.share:.1%} of the "
            f"{overall.compared:,} images where there is one and it can be compared: "
            f"{best.name} {best.share:.0%}, {worst.name} {worst.share:.0%}.",
            "The two were asked of different people in different ways: FER+ is another target, "
            "not a cleaner copy of the same one.",
            "Say which of the two a figure is for; do not mix them in one comparison.",
        )
    if agreement.suspects:
        yield Finding(
            "suspects",
            "act",
            f"{number(len(agreement.suspects), 'label')} (of {overall.images:,}) that the votes "
            f"contradict by {SUSPECT_MARGIN:.0%} of all votes or more.",
            "The most likely label errors.",
            "Look at them in audit.html; training on the votes too (data.ferplus) softens them.",
        )
    if agreement.not_faces:
        yield Finding(
            "not_faces",
            "act",
            f"Over half of the annotators took {number(len(agreement.not_faces), 'image')} for no "
            "face.",
            "Drawings, placeholders, failed crops.",
            "Keep them where others' figures have them in; training on the votes too "
            "(data.ferplus) gives them less weight.",
        )
