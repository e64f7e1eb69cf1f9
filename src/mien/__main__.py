"""``python -m mien``: what torchrun and accelerate launch start."""

from mien.cli.main import main

if __name__ == "__main__":
    main()
