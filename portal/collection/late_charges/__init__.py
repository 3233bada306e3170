"""What late payment costs, where the contract says so."""
