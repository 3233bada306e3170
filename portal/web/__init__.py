"""How the portal speaks HTTP: requests, forms, pages. It knows no money."""
