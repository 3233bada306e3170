"""What is promised on an estate, in versions that anybody may read."""
