"""The files of an import: opened, read into rows, every mistake noted."""
