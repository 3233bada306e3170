"""The register of common areas."""
