"""What teaches beside the labels: teachers, and mixed images."""
