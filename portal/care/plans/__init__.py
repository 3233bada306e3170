"""Instalment plans: asked for, agreed, kept or broken."""
