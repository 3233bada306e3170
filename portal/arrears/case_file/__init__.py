"""A case as it is read: the list, the file of one, the debtor’s own page."""
