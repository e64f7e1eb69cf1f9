"""Whole pictures with labels: what a user is shown of photos that nobody trained on."""
