"""First pages and figures over everything: the owner’s home, the desk, reports."""
