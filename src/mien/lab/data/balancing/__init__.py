"""Balancing Training after the split."""
