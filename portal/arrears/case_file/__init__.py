"""A case as people read it: the list, one case, the debtor’s own page."""
