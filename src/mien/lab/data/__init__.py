"""Data sets: read once, checked row by row, cached, hashed."""
