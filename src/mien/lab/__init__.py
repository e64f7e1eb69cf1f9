"""The workshop: import data, train, evaluate and export models. Needs ``pip install "mien[lab]"``."""
