"""``mien page``: what is written for browsers that read by themselves."""
