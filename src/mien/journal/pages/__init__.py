"""What is shown of a journal, and whom one can call."""
