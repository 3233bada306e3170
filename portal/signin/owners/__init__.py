"""Sign-in for owners: a code by SMS, usable once by the browser that asked."""
