"""The album: an index of a photo archive, and the best pictures for an expression out of it."""
