"""Save an import: every file of a folder, or nothing."""
