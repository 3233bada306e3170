"""Claims brought before mediators and courts: their lines, their steps, what is left."""
