"""Check-ins, how they are kept, and what leaves the journal."""
