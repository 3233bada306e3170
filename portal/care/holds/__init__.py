"""A sum, or a whole case, is put on hold and released."""
