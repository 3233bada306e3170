"""Homes: what stands where, who owns and rents it, when it stands empty."""
