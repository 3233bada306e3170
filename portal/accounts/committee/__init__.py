"""The owners’ committee: expenses it is asked for, votes, consent."""
