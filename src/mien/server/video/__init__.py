"""A video in the page: one at a time, sent by the page, followed, marked, and given as tables."""
