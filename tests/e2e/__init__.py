"""Journeys: a real browser on a phone, against the real server, worker and sandbox, set up by the real commands."""
