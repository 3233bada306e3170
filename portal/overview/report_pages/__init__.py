"""The desk’s and the committee’s figures, as pages and files."""
