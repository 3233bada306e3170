"""The calendar of disclosures."""
