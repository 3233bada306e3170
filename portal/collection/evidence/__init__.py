"""The evidence pack of a case."""
