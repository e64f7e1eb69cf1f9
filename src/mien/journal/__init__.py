"""A private journal: change against oneself, told with its uncertainty, and never a diagnosis."""
