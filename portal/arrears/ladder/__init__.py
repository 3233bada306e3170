"""The collection rules of an estate, in versions, with exceptions."""
