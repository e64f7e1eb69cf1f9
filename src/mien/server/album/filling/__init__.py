"""Folders that the album page may choose, and reading them into the album."""
