"""``python -m hypebasket``."""

from hypebasket.cli import main

if __name__ == "__main__":
    main()
