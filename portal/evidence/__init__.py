"""The evidence pack of a case: what was owed, asked, answered and done, as files whose fingerprints an index states."""
