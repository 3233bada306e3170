"""Bill runs requested on the desk, previewed by the worker, published under someone’s name."""
