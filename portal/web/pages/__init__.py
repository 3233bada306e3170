"""Answers: pages, fragments, files, errors; and who may reach a route."""
