"""The cards of the packaged models, out of the model files themselves."""

from __future__ import annotations

from pathlib import Path

from mien.front.hugging_face import card_page
from mien.packaged import EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier

INTRODUCTION = """# The models

Three models come with Mien. Each page is the card inside the model file;
`mien models show NAME` prints it, and `mien models show NAME --hf` prints it in the form of the
Hugging Face Hub.
"""


def write_model_pages(folder: Path) -> None:
    """Write a page for each packaged expression model, and ``index.md``, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for file in EXPRESSION_MODELS.values():
        path = packaged_path(file)
        card = Classifier(path).card
        names.append(card.name)
        (folder / f"{card.name}.md").write_text(card_page(card, path), "utf-8")
    listed = "\n".join(["```{toctree}", ":maxdepth: 1", "", *names, "```", ""])
    (folder / "index.md").write_text(f"{INTRODUCTION}\n{listed}", "utf-8")
