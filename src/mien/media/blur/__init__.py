"""Faces of a video made unrecognisable, also in frames in which they were not found."""
