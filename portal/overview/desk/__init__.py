"""The desk’s first page, its search, and what an audit entry says."""
