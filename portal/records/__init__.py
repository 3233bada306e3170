"""How an estate’s records come in and change hands: imports and changes of owners."""
