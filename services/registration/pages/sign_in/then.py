"""Where somebody goes once they are signed in: a page of ours, whatever an address says."""

from shared.web.door.forgery import is_ours

HOME = "/"
LONGEST = 1000
"""Letters; it has to fit into a cookie."""


def ours(address: str) -> str:
    """The same, if it is a path of ours; else the first page."""
    return address if is_ours(address, LONGEST) else HOME
