"""How an estate’s data comes in and changes: imports and changes of ownership."""
