"""What common areas earn, and how it is used."""
