"""The verbs of ``mien journal``, one file each."""
