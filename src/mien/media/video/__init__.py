"""Videos and cameras: frames in, drawn videos out."""
