"""What a request carries: who is asking, from where, in which language."""
