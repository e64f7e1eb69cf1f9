"""Verbs of ``mien data``: how data sets come about, and what is in them."""
