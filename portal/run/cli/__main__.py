"""`python -m portal.run.cli` is `portal`."""

from portal.run.cli import main

main()
