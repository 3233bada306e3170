"""The desk’s side of disputes: the queue, decisions, departments' tasks."""
