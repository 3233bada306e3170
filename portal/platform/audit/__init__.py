"""Who did what to which thing: rows that are only added, chained by hash."""
