"""The outbox: what a person is told, written in the transaction of the act."""
