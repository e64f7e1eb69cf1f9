"""A video in the page: one at a time, in a private folder, until it is forgotten."""
