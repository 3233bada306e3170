"""The homes of the reader's estates: the list, and one home with its people over time."""
