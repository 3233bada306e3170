"""Bills: issued, numbered, shown with the facts behind each sum."""
