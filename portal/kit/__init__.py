"""Values that everything is made of: money, months, words, the clock. Imports nothing of ours."""
