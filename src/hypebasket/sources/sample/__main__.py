"""``python -m hypebasket.sources.sample FOLDER`` rewrites the synthetic sample."""

from __future__ import annotations

import argparse
from pathlib import Path

from hypebasket.sources.sample import SEED, generate


def main() -> None:
    """Read the folder and the seed from the command line, and write the sample there."""
    parser = argparse.ArgumentParser(
        prog="python -m hypebasket.sources.sample", description="Write the synthetic sample."
    )
    parser.add_argument("folder", type=Path, help="folder to write to, e.g. data/sample")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s, the seed of data/sample")
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()
