"""On whom a model fails: groups of people and of pictures."""
