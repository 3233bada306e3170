"""The homes one works for: the list, and one home with its people over time."""
