"""What is usual for a person, and whether the last days differ."""
