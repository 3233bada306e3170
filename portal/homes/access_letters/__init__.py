"""Letters with a code for people whose registered number no longer works."""
