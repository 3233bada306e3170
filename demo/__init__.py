"""An invented estate with people of every kind, for trying the portal and for showing it."""
