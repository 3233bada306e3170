"""Both commands of the README on bare roots of Debian: `make test ARGS="-m machine tests/machine"`, as root."""
