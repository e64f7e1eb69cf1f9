"""``mien models``: the model files at hand, their cards, and whether they are whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mien.card import CropGeometry, ModelCard, Score
from mien.cli.console import out
from mien.cli.lab.tables.scores import score_tables
from mien.cli.lab.trainable import list_trainable
from mien.errors import UsageError
from mien.front.hugging_face import hugging_face_card
from mien.packaged import EXPRESSION_MODELS, check_all_packaged, find_model, packaged_path
from mien.vision.classify import Classifier
from mien.vision.reading import reading_names

models_app = typer.Typer(help="The model files that come with Mien: list, show, verify.")


Trainable = Annotated[
    bool,
    typer.Option("--trainable", help="List the networks that the lab can train instead."),
]


@models_app.callback(invoke_without_command=True)
def models(context: typer.Context, trainable: Trainable = False) -> None:
    """The model files that come with Mien; without a verb, list them."""
    if context.invoked_subcommand is None:
        list_models(trainable)
    elif trainable:
        raise UsageError(
            f"--trainable does not go with {context.invoked_subcommand}",
            hint="try: mien models --trainable",
        )


@models_app.command("list")
def list_models(trainable: Trainable = False) -> None:
    """List the packaged expression models, by what they are for."""
    if trainable:
        list_trainable()
        return
    table = Table(title="Expression models, and their accuracy on FER2013")
    for column in ("", "name"):
        table.add_column(column, no_wrap=True)
    for column in ("weights", "MMAC", "MB", "Public, %", "Private, %"):
        table.add_column(column, justify="right")
    table.add_column("licence")
    for role, file in EXPRESSION_MODELS.items():
        path = packaged_path(file)
        card = Classifier(path).card
        table.add_row(
            role,
            card.name,
            f"{card.parameters / 1e6:.2f} M",
            f"{card.macs / 1e6:.0f}",
            f"{path.stat().st_size / 1e6:.1f}",
            _accuracy(card, "PublicTest"),
            _accuracy(card, "PrivateTest"),
            card.licence,
        )
    out.print(table)


@models_app.command("show")
def show_model(
    name: Annotated[
        str | None,
        typer.Argument(help="A packaged model, by name or role, or a .onnx file; default model."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole card as JSON.")] = False,
    recipe: Annotated[
        bool, typer.Option("--recipe", help="Print only the recipe, to train it again.")
    ] = False,
    hugging_face: Annotated[
        bool,
        typer.Option(
            "--hf", help="Print the card as the Hugging Face Hub wants it: README.md with metadata."
        ),
    ] = False,
) -> None:
    """Show a model's card: what it is, where it comes from, how good it is, its limits."""
    path = find_model(name)
    card = Classifier(path).card
    forms = {"--json": as_json, "--recipe": recipe, "--hf": hugging_face}
    asked = [name for name, wanted in forms.items() if wanted]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} do not go together", hint="take one of them")
    if hugging_face:
        typer.echo(hugging_face_card(card, path), nl=False)
        return
    if recipe:
        # JSON is YAML too, and needs no library that a light install has not.
        out.print_json(json.dumps(card.training.recipe))
        return
    if as_json:
        out.print_json(json.dumps(card.model_dump(mode="json")))
        return
    table = Table(show_header=False, box=None, title=card.name, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in _facts(card, path):
        table.add_row(key, value)
    out.print(table)
    out.print(score_tables(card.scores))
    if card.balanced is not None:
        labels = next(iter(card.heads.values())).labels
        factors = ", ".join(
            f"{label} {factor:g}"
            for label, factor in zip(labels, card.balanced.factors, strict=True)
        )
        out.print(
            f"\nSecond operating point (--balanced), for the rare expressions; factors {factors}; "
            f"unsure below {card.balanced.unsure_below:g}",
            markup=False,
        )
        out.print(score_tables(card.balanced.scores))


def _facts(card: ModelCard, path: Path) -> tuple[tuple[str, str], ...]:
    """What a card says, with its headings."""
    heads = "; ".join(
        f"{head} ({', '.join(values.labels)}; temperature {values.temperature:g})"
        for head, values in card.heads.items()
    )
    training = card.training
    return (
        ("file", str(path)),
        ("summary", card.summary),
        ("input", f"{card.takes}, {card.colour}"),
        ("outputs", heads),
        ("readings", _readings(card)),
        ("unsure", _unsure(card)),
        (
            "crop",
            f"side {card.crop.scale:g} × the box, {card.crop.shift_y:+g} down{_turned(card.crop)}",
        ),
        ("size", f"{card.parameters:,} parameters, {card.macs / 1e6:.1f} MMAC"),
        ("licence", card.licence),
        ("trained on", f"{card.training_data}; SHA-256 {training.data_sha256}"),
        (
            "training",
            f"recipe {training.recipe['name']}, seed {training.seed}, {training.epochs} epochs, "
            f"{training.minutes:g} minutes, torch {training.torch}",
        ),
        ("made again by", "\n".join(card.commands)),
        ("limits", card.limits),
        ("created", f"{card.created} by Mien {card.mien_version}"),
    )


def _readings(card: ModelCard) -> str:
    """The default first, and how the heads are put together in those that are of the card."""
    told = []
    for name in reading_names(card):
        found = card.readings.get(name)
        how = "" if found is None else " + ".join(f"{w:g} {h}" for h, w in found.weights.items())
        mirrored = ", with the mirror image" if found is not None and found.mirrored else ""
        told.append(f"{name} (log probabilities {how}{mirrored})" if how else name)
    return "; ".join(told)


def _unsure(card: ModelCard) -> str:
    """When each reading says nothing."""
    told = [
        f"{name}: trust below {reading.trust.below:g}"
        + (" or illegible" if card.legibility is not None else "")
        for name, reading in card.readings.items()
    ]
    main = next(iter(card.heads))
    return "; ".join([*told, f"{main}: top probability below {card.unsure_below:g}"])


@models_app.command("verify")
def verify_models() -> None:
    """Compare the SHA-256 of every packaged file with the expected one."""
    checks = check_all_packaged()
    for check in checks:
        mark = "ok     " if check.ok else "DAMAGED"
        detail = check.file.sha256 if check.ok else check.problem
        out.print(f"{mark} {check.file.name}  {detail}", markup=False)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _turned(crop: CropGeometry) -> str:
    """Whether crops are turned, for the line on the crop."""
    if not crop.align_roll:
        return ""
    if not crop.roll_tolerance:
        return ", turned upright by the eyes"
    return f", turned upright by the eyes when rolled by more than {crop.roll_tolerance:g}°"


def _accuracy(card: ModelCard, split: str) -> str:
    found: Score | None = card.score(split, "accuracy")
    return "" if found is None else f"{found.value * 100:.2f}"
