"""The workshop: import data, train, evaluate, export. Needs the extra ``lab``."""
