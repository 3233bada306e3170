"""What one request brings along: who asks, from where, in which language."""
