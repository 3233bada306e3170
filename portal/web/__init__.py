"""Everything that speaks HTTP for all slices: pages, forms, guards, sessions, headers, errors, words."""
