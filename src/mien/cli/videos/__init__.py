"""What ``mien video`` does with the videos it was named: reading them, and placing the results."""
