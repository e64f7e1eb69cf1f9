"""Estimates, metrics and curves with their intervals."""
