"""Training: the recipe, the loop, and what they are made of."""
