"""The letters of the day: what is to be written, printed and proved."""
