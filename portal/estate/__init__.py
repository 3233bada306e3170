"""The import of an estate: CSV files read, checked against each other and the books, saved all or nothing."""
