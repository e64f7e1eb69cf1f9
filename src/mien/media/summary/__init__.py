"""What a whole video says: time lines and summaries."""
