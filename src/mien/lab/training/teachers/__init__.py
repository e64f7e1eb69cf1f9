"""Trained networks and their answers, as teachers."""
