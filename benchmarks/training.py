"""How fast the lab trains: images a second by network and setting, and beside the plain loop.

    python benchmarks/training.py --quick --networks vgg8-half           # does it run
    python benchmarks/training.py --compile vgg8-half --out benchmarks/results/training.md

Needs mien[lab] and no data: the images are made. Everything compared with something is measured in
turn, round by round, and compared within a round, so that the ratios hold on a busy machine.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from training_plain import plain_steps

from mien.emotions import FER2013
from mien.lab.data.faces import FaceData
from mien.lab.models import count_macs
from mien.lab.training.loop import fit
from mien.lab.training.optimising.average import averaged
from mien.lab.training.recipe import Recipe, load_recipe
from mien.lab.training.setup import Batch, Session, prepare

CPU = torch.device("cpu")
IMAGES = 1280
NETWORKS = (
    "fcnn-256-512", "fcnn-512-256", "cnn-132k", "cnn-949k", "cnn-7.3m-augmented", "convnet-2",
    "convnet-3", "mini-xception", "vgg8-half", "vgg13-ferplus", "resnet18", "resnet50",
    "densenet121", "efficientnet-lite0-full",
)  # fmt: skip
HALF = "vgg8-half"


def made_faces() -> FaceData:
    """Noise in FER2013's form; what is in the pixels does not change the time."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (IMAGES + 64, 48, 48), dtype=np.uint8)
    labels = (np.arange(len(images)) % 7).astype(np.uint8)
    splits = (np.arange(len(images)) >= IMAGES).astype(np.uint8)
    return FaceData("made", images, labels, splits, FER2013)


def recipe_of(name: str, **changes: object) -> Recipe:
    """A packaged recipe without weights of others, votes or balancing, in float32."""
    overrides = [
        "data.ferplus=false", "loss.ferplus_blend=0", "loss.ferplus_head=0", "transfer={}",
        "balance={}", "precision=float32",
        *(f"{key}={value}" for key, value in changes.items()),
    ]  # fmt: skip
    return load_recipe(name, tuple(overrides))


def our_steps(
    recipe: Recipe, data: FaceData, *, channels_last: bool = True, compiled: bool = False
) -> Iterator[float]:
    """Train for ever as ``mien train`` does, one batch each time the next loss is asked for."""
    session = prepare(recipe, data, CPU)
    average = averaged(session.module, recipe.ema) if recipe.ema else None
    module = torch.compile(session.module) if compiled else session.module
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    session.network.to(memory_format=layout)
    session.layout = layout
    session.module.train()
    for batch in endless(session):
        _, loss = fit(session, module, batch, scaler, 0.01)
        if average is not None:
            average.update_parameters(session.module)
        yield loss.item()


def endless(session: Session) -> Iterator[Batch]:
    return itertools.chain.from_iterable(map(session.batches, itertools.count()))


def seconds(steps: Iterator[float], count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        next(steps)
    return (time.perf_counter() - begun) / count


def in_turn(
    subjects: dict[str, Iterator[float]], rounds: int, count: int
) -> dict[str, list[float]]:
    """Seconds a step of each, round by round, after a warm-up."""
    for steps in subjects.values():
        seconds(steps, 2)
    found: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, steps in subjects.items():
            found[name].append(seconds(steps, count))
    return found


def ratio(slow: list[float], fast: list[float]) -> str:
    """Median over the rounds of ``slow`` divided by ``fast``, with the smallest and greatest."""
    each = sorted(a / b for a, b in zip(slow, fast, strict=True))
    return f"{statistics.median(each):.2f} ({each[0]:.2f}–{each[-1]:.2f})"


def rounded(value: float) -> str:
    """To a whole number; to two digits where that would say little."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def table(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])


def beside_the_plain_loop(data: FaceData, threads: list[int], rounds: int, count: int) -> str:
    """The half-width VGG-8 in the plain loop and in ours, in float32 and in bfloat16."""
    rows = []
    for number in threads:
        torch.set_num_threads(number)
        recipe = recipe_of(HALF)
        subjects = {
            "plain loop": plain_steps(data.images[:IMAGES], data.labels[:IMAGES], recipe),
            "mien, float32": our_steps(recipe, data),
            "mien, bfloat16": our_steps(recipe_of(HALF, precision="bfloat16"), data),
        }
        found = in_turn(subjects, rounds, count)
        for name, values in found.items():
            speed = rounded(recipe.batch_size / statistics.median(values))
            times = "1" if name == "plain loop" else ratio(found["plain loop"], values)
            rows.append([name, str(number), speed, times])
    return table(["loop", "threads", "images/s", "times the plain loop"], rows)


def share_of_a_step(data: FaceData, steps: int) -> str:
    """Where the time of a step goes, one thread."""
    torch.set_num_threads(1)
    columns: list[str] = []
    pieces: dict[str, list[str]] = {}
    for precision in ("float32", "bfloat16"):
        session = prepare(recipe_of(HALF, precision=precision, ema=0.999), data, CPU)
        spent = time_of_the_pieces(session, steps)
        whole = sum(spent.values())
        columns += [f"{precision}: ms ({whole / steps * 1e3:.0f} in all)", "share"]
        for name, value in spent.items():
            cells = [f"{value / steps * 1e3:.1f}", f"{value / whole:.2%}"]
            pieces.setdefault(name, []).extend(cells)
    return table(["part of a step", *columns], [[name, *cells] for name, cells in pieces.items()])


def time_of_the_pieces(session: Session, steps: int) -> dict[str, float]:
    """Seconds of ``steps`` steps by piece, after two to warm up."""
    average = averaged(session.module, session.recipe.ema)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    session.module.train()
    batches = endless(session)
    spent: dict[str, float] = {}
    for step in range(steps + 2):
        marks = [time.perf_counter()]
        batch = next(batches)
        marks.append(time.perf_counter())
        fit(session, session.module, batch, scaler, 0.01)
        marks.append(time.perf_counter())
        average.update_parameters(session.module)
        marks.append(time.perf_counter())
        if step < 2:
            continue
        names = ("data and augmentation", "forward, backward, optimiser", "running average")
        for name, (begun, ended) in zip(names, itertools.pairwise(marks), strict=True):
            spent[name] = spent.get(name, 0) + ended - begun
    return spent


def by_network(
    names: list[str], compiled: list[str], data: FaceData, threads: list[int], rounds: int
) -> str:
    """Images a second of every network, each setting beside the plainest one."""
    rows = []
    for name in names:
        for number in threads:
            torch.set_num_threads(number)
            plain = recipe_of(name, batch_size=64)
            fast = recipe_of(name, batch_size=64, precision="bfloat16")
            subjects = {
                "contiguous": our_steps(plain, data, channels_last=False),
                "channels_last": our_steps(plain, data),
                "bfloat16": our_steps(fast, data),
            }
            if name in compiled:
                subjects["compiled"] = our_steps(fast, data, compiled=True)
            found = in_turn(subjects, rounds, 1)
            session = prepare(plain, data, CPU)
            macs = count_macs(session.network, plain.input.channels, plain.input.network_side(48))
            speeds = {key: 64 / statistics.median(values) for key, values in found.items()}
            # A backward pass costs about two forward passes.
            rate = max(speeds.values()) * macs * 2 * 3 / 1e9
            rows.append(
                [
                    plain.model.name,
                    f"{plain.input.channels}×{plain.input.network_side(48)}²",
                    f"{macs / 1e6:.1f}",
                    str(number),
                    rounded(speeds["contiguous"]),
                    *(
                        rounded(speeds[key]) if key in speeds else "–"
                        for key in ("channels_last", "bfloat16", "compiled")
                    ),
                    rounded(rate),
                ]
            )
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    head = [
        "network", "input", "MMAC", "threads", "float32", "channels_last",
        "bfloat16, channels_last", "and compiled", "GFLOP/s of the fastest",
    ]  # fmt: skip
    return table(head, rows)


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "not a checkout"


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if os.name == "posix" else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one thread, one round")
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS), help="recipes to measure")
    parser.add_argument("--compile", nargs="*", default=[], help="recipes to compile as well")
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--note", default="", help="a sentence on the state of the machine")
    parser.add_argument("--out", type=Path, help="write the tables here too, as Markdown")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.threads, chosen.rounds = [1], 1
    count = 1 if chosen.quick else 5
    data = made_faces()
    torch.manual_seed(0)
    text = f"""# Training speed

{datetime.now(UTC).date()}, commit {commit()}, {processor()}, Python {platform.python_version()}, torch {torch.__version__}.
{chosen.note}

```bash
python benchmarks/training.py {shlex.join(sys.argv[1:])}
```

Images a second of whole training steps: drawing and augmenting the batch, forward, backward, optimiser, running average.

## Beside the plain loop

The half-width VGG-8 at batch {recipe_of(HALF).batch_size}. *Plain loop*: a `Dataset` of PIL images, torchvision transforms, a `DataLoader` in the
same process, float32 (`benchmarks/training_plain.py`). Medians of {chosen.rounds} rounds in turn; ratios within a round.

{beside_the_plain_loop(data, chosen.threads, chosen.rounds, count)}

## Where a step's time goes

The half-width VGG-8, one thread.

{share_of_a_step(data, chosen.rounds * count)}

## By network

At batch 64, with the input of the packaged recipe. The GFLOP/s count two operations a multiply-accumulate and a backward
pass as two forward ones.

{by_network(chosen.networks, chosen.compile, data, chosen.threads, chosen.rounds)}
"""  # noqa: E501
    print(text)
    if chosen.out is not None:
        chosen.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
