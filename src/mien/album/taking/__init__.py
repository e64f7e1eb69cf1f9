"""What one takes away from an album: galleries, copies, lists."""
