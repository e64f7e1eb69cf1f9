"""What the command's exit status says; 0 is success."""

from __future__ import annotations

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_SOME_UNREADABLE = 3
"""Some inputs, or parts of one, could not be read; the rest is done."""
EXIT_INTERRUPTED = 130
