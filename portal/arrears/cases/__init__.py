"""Arrears cases: one open for each home and debtor, opened, changed and closed with reasons."""
