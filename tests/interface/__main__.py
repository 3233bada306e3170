"""Print the page."""

from tests.interface.page import page

print(page(), end="")
