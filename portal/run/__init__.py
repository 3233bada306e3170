"""Entry points: the commands, the web server, the worker, everything on one machine."""
