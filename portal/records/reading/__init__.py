"""The files of an import: opened and read into rows, with all errors noted."""
