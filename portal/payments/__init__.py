"""Money received, how it is applied, and its receipts."""
