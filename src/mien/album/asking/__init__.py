"""Questions to an album, and its hits."""
