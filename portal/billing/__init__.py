"""Bills that explain themselves and never change: the specimen slice."""
