"""What becomes of a model's answers when pictures are bad, or no faces."""
