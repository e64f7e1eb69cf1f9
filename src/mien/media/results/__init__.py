"""Files of results: sinks and what they write."""
