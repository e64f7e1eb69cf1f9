"""Evaluation: predictions first, and every number computed from them."""
