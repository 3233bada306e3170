"""Prove again who you are, before what a stolen session must not do."""
