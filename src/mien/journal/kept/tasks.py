"""What one does before the camera, the same each time, so that check-ins can be compared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of check-in before the camera.

    Attributes
    ----------
    name : str
    title : str
    prompt : str
        What the person is asked to do, or the text to read aloud.
    seconds : int
        For how long.
    """

    name: str
    title: str
    prompt: str
    seconds: int


TASKS: dict[str, Task] = {
    each.name: each
    for each in (
        Task(
            "read",
            "Read aloud",
            "The market opens early. Farmers bring apples, bread and fresh cheese, and put them on "
            "long tables. A boy with a blue cap asks what the honey costs, and the old woman "
            "behind the jars laughs and lets him taste three kinds. Later it will rain, but for "
            "now the square is full of voices.",
            30,
        ),
        Task(
            "answer",
            "Answer a question",
            "What did you do today, and how was it? Speak as you would to a friend.",
            60,
        ),
        Task("look", "Look at a picture", "Look at the picture, and let your face be.", 30),
    )
}
"""By name. The text to read is even in feeling, so that what differs is the day."""
