"""Double entry: nothing is edited, only reversed."""
