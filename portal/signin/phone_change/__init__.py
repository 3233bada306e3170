"""Another phone number: by both numbers, or at the counter by two people."""
