"""HTTP: requests, forms, pages. It knows nothing about money."""
