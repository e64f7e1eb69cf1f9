"""Files of other tools: OpenFace, py-feat, ELAN, Praat, subtitles, BIDS."""
