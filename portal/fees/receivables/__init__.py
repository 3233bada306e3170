"""What owners owe: bills and lines, what was paid, credited and held of them, and the views that say what is left."""
