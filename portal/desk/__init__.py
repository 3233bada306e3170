"""The staff's queues."""
