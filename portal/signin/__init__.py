"""The two doors: owners by phone code, staff by password and TOTP."""
