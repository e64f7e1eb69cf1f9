"""What somebody agrees to before a camera is used for the journal."""

from __future__ import annotations

CONSENT = (
    "What is computed: how much and how strongly you smile, how open your eyes are, how often you "
    "blink, how much your head and face move, how friendly the expression looks to Mien, and how "
    "light it is and how far away you are.",
    "What is kept: these numbers, in the journal's file in your data folder. No picture is kept "
    "and nothing is sent anywhere.",
    "Who could see it: whoever can open your account on this machine, unless the journal has a "
    "passphrase.",
    "What it is not: a medical device, or a judgement of your health. The journal works as well "
    "without the camera, and you can erase everything at any time: mien journal forget --all.",
    "It is meant for adults, and for younger people together with a guardian.",
)
"""Sentences, each of which a person sees before the first time."""
