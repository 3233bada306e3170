"""What an owners' committee decides: expenses above the contract's threshold, and what is shown of its members."""
