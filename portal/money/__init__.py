"""What comes in: payments at the counter and online, and corrections of what was asked."""
