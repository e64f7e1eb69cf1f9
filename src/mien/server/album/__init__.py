"""The album over HTTP."""
