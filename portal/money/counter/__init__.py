"""The counter: find the home, take the money, print the receipt."""
