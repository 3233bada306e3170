"""The letter with a code that lets somebody in whose number is no longer registered."""
