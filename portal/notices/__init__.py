"""Telling people: an outbox row in the act's own transaction, sent by the worker."""
