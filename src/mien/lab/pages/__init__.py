"""What all pages of the lab share: one file each, pictures inside, no script, no network."""
