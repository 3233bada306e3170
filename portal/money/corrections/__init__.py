"""A sum is taken off an issued line: asked for by one, approved by another."""
