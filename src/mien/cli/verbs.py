"""The verbs of ``mien``."""

from __future__ import annotations

from mien.cli.late_verbs import Verb, late_group

READ, CHECK, LAB = "Read photos", "Look after Mien", r"The lab (needs mien\[lab])"

VERBS = {
    "analyze": Verb("mien.cli.analyze", "analyze", READ),
    "album": Verb("mien.cli.album.verbs", "album_app", READ),
    "video": Verb("mien.cli.video", "video", READ),
    "study": Verb("mien.cli.videos.study", "study", READ),
    "agree": Verb("mien.cli.videos.agree", "agree", READ),
    "live": Verb("mien.cli.live", "live", READ),
    "serve": Verb("mien.cli.serve", "serve", READ),
    "journal": Verb("mien.cli.journal.verbs", "journal_app", READ),
    "page": Verb("mien.cli.browser.page", "page", READ),
    "demo": Verb("mien.cli.demo", "demo", READ),
    "models": Verb("mien.cli.models", "models_app", CHECK),
    "doctor": Verb("mien.cli.doctor", "doctor", CHECK),
    "recipes": Verb("mien.cli.lab.recipes", "recipes", LAB),
    "data": Verb("mien.cli.lab.data", "data_app", LAB),
    "train": Verb("mien.cli.lab.train", "train", LAB),
    "lr-find": Verb("mien.cli.lab.lr_find", "lr_find", LAB),
    "evaluate": Verb("mien.cli.lab.evaluate", "evaluate", LAB),
    "report": Verb("mien.cli.lab.report", "report", LAB),
    "compare": Verb("mien.cli.lab.compare", "compare", LAB),
    "explain": Verb("mien.cli.lab.explain", "explain", LAB),
    "export": Verb("mien.cli.lab.export", "export", LAB),
}
"""In the order of the help."""

Verbs = late_group(VERBS)
"""The group of all verbs."""
