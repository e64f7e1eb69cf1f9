"""Boxes, labels and maps drawn on pictures."""
