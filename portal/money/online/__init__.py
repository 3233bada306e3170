"""Payments that are under way online: attempts with their lines and bills."""
