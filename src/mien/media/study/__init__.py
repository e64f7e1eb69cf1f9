"""Many recordings of many participants, to tables that other programs read."""
