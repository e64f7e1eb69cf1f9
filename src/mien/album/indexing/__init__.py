"""From a folder of photos to rows of the database."""
