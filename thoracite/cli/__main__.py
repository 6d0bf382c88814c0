"""``python -m thoracite.cli``."""

from thoracite.cli import main

main()
