"""Who signs in, and who they are in each community."""
