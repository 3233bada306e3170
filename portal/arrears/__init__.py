"""Arrears cases: stage, holds and what comes next."""
