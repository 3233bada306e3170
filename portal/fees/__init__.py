"""What is charged: rates, meters, the ledger, bills and bill runs."""
