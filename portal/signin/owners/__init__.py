"""The owners’ door: a code by SMS, used once by the browser that asked."""
