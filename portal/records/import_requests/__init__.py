"""An import from the desk: sent, tried, confirmed."""
