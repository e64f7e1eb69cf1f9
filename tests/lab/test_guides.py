"""The guides' recipes load, and the guide to recipes knows every key and default."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml
from pydantic import BaseModel

from mien.cli.main import app
from mien.lab.training.optimising.optimisers import Optimiser
from mien.lab.training.optimising.schedules import Schedule
from mien.lab.training.recipe import Model, Recipe, parse_recipe

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
RECIPES = (GUIDES / "recipes.md").read_text("utf-8")


def recipes() -> list[object]:
    """Every YAML block of every guide that has a name, which makes it a recipe."""
    found = []
    for guide in sorted(GUIDES.glob("*.md")):
        blocks = re.findall(r"^```yaml\n(.*?)^```", guide.read_text("utf-8"), re.DOTALL | re.M)
        for number, block in enumerate(blocks, 1):
            raw = yaml.safe_load(block)
            if isinstance(raw, dict) and "name" in raw:
                found.append(pytest.param(raw, id=f"{guide.stem}-{number}"))
    return found


@pytest.mark.parametrize("raw", recipes())
def test_recipes_of_the_guides_load(raw):
    recipe = parse_recipe(raw, "guide")
    assert parse_recipe(yaml.safe_load(recipe.to_yaml()), "written out") == recipe


def commands() -> list[object]:
    """Every line of every guide's shell blocks that calls ``mien``."""
    found = []
    for guide in sorted(GUIDES.glob("*.md")):
        blocks = re.findall(r"^```bash\n(.*?)^```", guide.read_text("utf-8"), re.DOTALL | re.M)
        for line in "".join(blocks).replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if "mien" in words:
                found.append(pytest.param(words[words.index("mien") + 1 :], id=" ".join(words)))
    return found


@pytest.mark.parametrize("words", commands())
def test_commands_of_the_guides_have_these_verbs_and_options(words):
    command = typer.main.get_command(app)
    context = command.make_context("mien", [])
    while hasattr(command, "commands"):
        command = command.commands[words[0]]
        words = words[1:]
    # Parses, and stops at an option that is not there.
    command.make_context(command.name, words, parent=context)


def test_the_network_of_the_guide_works():
    """In a process of its own, so that the registry of the other tests stays as it is."""
    text = (GUIDES / "add-a-model.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.M)
    (recipe,) = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.M)
    code += f"""
import torch, yaml
from mien.lab.training.run import build
from mien.lab.training.recipe import parse_recipe
network = build(parse_recipe(yaml.safe_load({recipe!r}), "guide"), {{"fer2013": 7}}, 48)
assert network(torch.zeros(2, 1, 48, 48))["fer2013"].shape == (2, 7)
assert list(network.parts()) == ["stem", "body", "pool", "heads"]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_links_of_the_guides_lead_to_files():
    for guide in GUIDES.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", guide.read_text("utf-8")):
            assert (guide.parent / target).exists(), f"{guide.name}: {target}"


def chapter(title: str) -> str:
    """The text under a heading of the guide to recipes."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", RECIPES, re.DOTALL | re.M)
    assert found is not None, f"no chapter {title!r}"
    return found[1]


def tables(text: str) -> list[list[list[str]]]:
    """Rows of cells of each table, the heading first."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        for line in text.splitlines()
    ]
    found: list[list[list[str]]] = []
    inside = False
    for row in rows:
        if row is None:
            inside = False
            continue
        if not inside:
            found.append([])
        inside = True
        if not set("".join(row)) <= {"-", " "}:
            found[-1].append(row)
    return found


def value(cell: str) -> object:
    return None if cell == "–" else yaml.safe_load(cell.strip("`"))


def defaults(section: type[BaseModel]) -> dict[str, object]:
    return section().model_dump(mode="json")


SECTIONS = {
    name: field.annotation
    for name, field in Recipe.model_fields.items()
    if isinstance(field.annotation, type)
    and issubclass(field.annotation, BaseModel)
    and field.annotation is not Model
}


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_and_default_is_in_the_guide(name):
    told = {
        row[0].strip("`"): value(row[1])
        for table in tables(chapter(name))
        if table[0][1] == "default"
        for row in table[1:]
    }
    expected = defaults(SECTIONS[name])
    if name in ("optimiser", "schedule"):
        expected = {
            key: expected[key] for key in ("name", "layer_decay", "clip") if key in expected
        }
    assert told == expected


@pytest.mark.parametrize(("name", "section"), [("optimiser", Optimiser), ("schedule", Schedule)])
def test_the_defaults_of_each_optimiser_and_schedule_are_in_the_guide(name, section):
    heading, *rows = next(t for t in tables(chapter(name)) if t[0][1] != "default")
    kinds = heading[1:-1]
    assert set(kinds) == set(section.model_fields["name"].annotation.__args__)
    for column, kind in enumerate(kinds, 1):
        expected = section(name=kind).model_dump(mode="json")
        told = {row[0].strip("`"): value(row[column]) for row in rows}
        assert told == {key: expected[key] for key in told}
        assert set(expected) - set(told) <= {"name", "layer_decay", "clip"}
        assert f"**{kind}**" in chapter(name)


def test_every_key_of_the_recipe_itself_is_in_the_guide():
    (table,) = tables(chapter("The recipe itself"))
    told = {row[0].strip("`"): row[1] for row in table[1:]}
    assert set(told) == set(Recipe.model_fields) - set(SECTIONS) - {"model"}
    for key, cell in told.items():
        field = Recipe.model_fields[key]
        assert cell == "required" if field.is_required() else value(cell) == field.default
