"""Mingbai (明白): owners understand every fen they are charged, pay it, and are heard."""

import os

# Piccolo looks for its configuration when the first table is declared.
os.environ.setdefault("PICCOLO_CONF", "portal.run.piccolo_conf")

VERSION = "0.1.0"
