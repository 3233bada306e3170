"""Instalment plans: requested, agreed, kept or broken."""
