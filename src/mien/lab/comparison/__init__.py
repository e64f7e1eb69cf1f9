"""Comparison: which of several models is really better, and what each costs."""
