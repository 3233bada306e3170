"""The outbox: notices, written in the transaction of the action."""
