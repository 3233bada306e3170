"""What starts and ends: the commands, the web server, the worker, the whole on one machine."""
