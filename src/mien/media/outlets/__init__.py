"""Frames sent on as they are read, to programs that listen: OSC and LSL."""
