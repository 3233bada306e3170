"""docs/interface.md, written from the program: `python -m tests.interface > docs/interface.md`."""
