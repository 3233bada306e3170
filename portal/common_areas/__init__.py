"""What common areas earn and what is done with it, and the maintenance fund: whose it is, who decided."""
