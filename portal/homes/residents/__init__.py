"""Tenants' and family members' access to a home: requested, answered, ended."""
