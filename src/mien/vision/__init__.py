"""A frame in, faces with their expressions out."""
