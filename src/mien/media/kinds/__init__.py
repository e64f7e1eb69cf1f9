"""What lies in picture files of single kinds, where it takes more than to hand them to Pillow."""
