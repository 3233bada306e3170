"""The estate itself: its settings, its working time and its profile."""
