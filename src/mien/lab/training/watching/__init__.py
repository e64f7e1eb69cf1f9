"""What a training shows of itself while it runs."""
