"""What stands in a claim: identity providers write one thing in many ways."""


def number_in(claim: object) -> str:
    """Empty for whatever is neither text nor a number: its words would be the same for all who have such a claim."""
    return str(claim or "") if isinstance(claim, str | int) and not isinstance(claim, bool) else ""


def words_in(claim: object) -> list[str]:
    """A list, or a text with spaces between."""
    if isinstance(claim, str):
        return claim.split()
    return [str(item) for item in claim] if isinstance(claim, list) else []
