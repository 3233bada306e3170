"""What owners and the desk see of plans, and the agreement on paper."""
