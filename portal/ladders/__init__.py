"""The terms of the ladder: versions of a community, with exceptions for kinds of homes."""
