"""``mien album``: one file a verb."""
