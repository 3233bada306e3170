"""What a statement is asked before it is published."""
