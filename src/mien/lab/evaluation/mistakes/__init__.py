"""Where a model fails: mistakes and doubtful labels."""
