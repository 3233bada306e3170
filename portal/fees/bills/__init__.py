"""Bills and their lines with the facts behind each sum; frozen when issued."""
