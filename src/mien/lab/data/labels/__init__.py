"""What labels mean, and from one label set to another."""
