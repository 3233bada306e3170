"""What is charged: rates, meters, the books, bills and the runs that make them."""
