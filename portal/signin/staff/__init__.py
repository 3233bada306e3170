"""Sign-in for staff: a password and a code, both set up with a one-time link."""
