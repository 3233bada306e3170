"""Service standards of an estate, in public versions."""
