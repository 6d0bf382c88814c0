"""``python -m thoracite.cli``."""

from thoracite.cli import main

if __name__ == "__main__":
    main()
