"""The owners’ committee: the expenses it votes on, and its members’ consent."""
