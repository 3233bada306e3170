"""Reports for the desk and the committee, as pages and files."""
