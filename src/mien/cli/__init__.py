"""The command ``mien``: one file a verb."""
