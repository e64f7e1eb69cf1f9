"""What people coded against what Mien read, by time."""
