"""Questions to an album and their answers."""
