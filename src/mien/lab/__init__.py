"""The workshop: import data, train, evaluate, export. Needs ``pip install "mien[lab]"``."""
