"""Stand-ins for Stripe, SMS, SMTP and push on the loopback: they move no money and refuse to start in production."""
