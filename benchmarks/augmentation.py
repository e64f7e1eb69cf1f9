"""What augmentation costs, in milliseconds a batch and as a share of a training step.

    python benchmarks/augmentation.py [--out benchmarks/results/augmentation.md]

The step is that of the half-width VGG-8: forward, backward and update of a batch of 128, bfloat16,
channels_last, one thread. Steps and pieces are measured in turn, round by round, so that the shares
hold on a busy machine. Needs mien[lab] and no data: what is in the pixels does not change the time.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import torch
import torch.nn.functional as functional

from mien.lab.data.augmentation.augment import Augmentation, augment
from mien.lab.data.augmentation.camera import KINDS
from mien.lab.data.preprocess import Input
from mien.lab.data.views import single_view
from mien.lab.models import create_model
from mien.lab.training.recipe import load_recipe
from mien.lab.training.teaching.mixing import Mixing, mix

BATCH = 128
POOL = 28_709
MOVES = {"rotation": 10, "scale": (0.88, 1.14), "shear": 10, "shift": 0.08}
OPTIONS = {
    "flip": {"flip": "alternating"},
    "rotation": {"rotation": 10},
    "zoom": {"scale": (0.88, 1.14)},
    "shear": {"shear": 10},
    "shift": {"shift": 0.08},
    "rotation, zoom, shear, shift": MOVES,
    "brightness": {"brightness": 0.2},
    "contrast": {"contrast": 0.2},
    "erasing": {"erasing": 0.4},
    "camera, each kind for a tenth": dict.fromkeys(KINDS, 0.1),
}
EVERYTHING = {"flip": "random", **MOVES, "brightness": 0.2, "contrast": 0.2, "erasing": 0.4}


def training_step() -> Callable[[], None]:
    """Forward, backward and update of the half-width VGG-8 on one batch."""
    network = create_model("vgg8", {"fer2013": 7}, size=44, width=24, dropout=0.05)
    network = network.to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9, nesterov=True)
    batch = torch.randn(BATCH, 1, 44, 44).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(BATCH) % 7

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(batch)["fer2013"]
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(logits.float(), labels).backward()
        optimiser.step()

    return step


def pieces() -> dict[str, Callable[[], object]]:
    """Each option alone beside the central crop and standardising, then all together."""
    images = torch.randint(0, 256, (POOL, 48, 48), dtype=torch.uint8)
    generator = torch.Generator().manual_seed(0)
    crop, whole = Input(crop=44), Input()
    rows = torch.randperm(POOL, generator=generator)[:BATCH]
    chosen = images[rows]
    half = torch.arange(BATCH) % 2 == 0
    targets = {"fer2013": torch.eye(7)[torch.arange(BATCH) % 7]}
    weights = {"fer2013": torch.ones(BATCH)}
    pixels = torch.randn(BATCH, 1, 44, 44)

    def augmented(options: Augmentation, input: Input = crop) -> Callable[[], object]:
        return lambda: augment(chosen, rows, 0, input, options, generator)

    def mixed(options: Mixing) -> Callable[[], object]:
        return lambda: mix(pixels, targets, weights, options, 0, 10, generator)

    everything = Augmentation(**EVERYTHING)
    recipe = load_recipe("vgg8-half")

    def whole_batch() -> object:
        inputs = augment(images[rows], rows, 0, crop, everything, generator)
        inputs, *_ = mix(inputs, targets, weights, Mixing(mixup=0.2, cutmix=1), 0, 10, generator)
        return inputs.contiguous(memory_format=torch.channels_last)

    return {
        "central crop and standardise (evaluation)": lambda: single_view(chosen, crop),
        "no option, 48 pixels": augmented(Augmentation(flip="none"), whole),
        "random crop of 44 pixels": augmented(Augmentation(flip="none")),
        **{
            f"{name}, with the crop": augmented(Augmentation(**{"flip": "none", **options}))
            for name, options in OPTIONS.items()
        },
        "the recipe vgg8-half": augmented(recipe.augmentation, recipe.input),
        "all options": augmented(everything),
        "all options, half of the batch spared": lambda: augment(
            chosen, rows, 0, crop, everything, generator, half
        ),
        "mixup": mixed(Mixing(mixup=0.2)),
        "cutmix": mixed(Mixing(cutmix=1)),
        "**a batch in training: fetch, all options, mixup or cutmix, layout**": whole_batch,
    }


def measure(rounds: int) -> tuple[float, dict[str, tuple[float, float]]]:
    """Median ms of a step; median ms of each piece and its median share of its round's step."""
    step, calls = training_step(), pieces()
    for call in (step, *calls.values()):
        for _ in range(3):
            call()
    steps: list[float] = []
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        steps.append(_milliseconds(step, 1))
        for name, call in calls.items():
            times[name].append(_milliseconds(call, 5))
    return statistics.median(steps), {
        name: (
            statistics.median(found),
            statistics.median(one / whole for one, whole in zip(found, steps, strict=True)),
        )
        for name, found in times.items()
    }


def _milliseconds(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return 1000 * (time.perf_counter() - started) / times


def report(step: float, found: dict[str, tuple[float, float]], rounds: int, load: float) -> str:
    rows = [f"| {name} | {ms:.2f} | {100 * share:.2f} % |" for name, (ms, share) in found.items()]
    table = "\n".join(rows)
    return f"""# What augmentation costs

- date: {datetime.now(UTC):%Y-%m-%d}
- machine: {processor()}, {os.cpu_count()} cores; one thread, at a load average of {load:.1f}
- versions: Python {platform.python_version()}, torch {torch.__version__}
- command: `python benchmarks/augmentation.py --rounds {rounds}`

A batch of {BATCH} images of 48×48 pixels, to 44×44 float32. A training step of the half-width VGG-8 (forward, backward, update; bfloat16,
channels_last) took **{step:.0f} ms**. Medians of {rounds} rounds; the share is of the step of the same round.

| piece | ms a batch | share of a step |
| --- | ---: | ---: |
{table}
"""  # noqa: E501


def processor() -> str:
    """The processor's name where Linux tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    step, found = measure(chosen.rounds)
    text = report(step, found, chosen.rounds, os.getloadavg()[0])
    print(text)
    if chosen.out is not None:
        chosen.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
