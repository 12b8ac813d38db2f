"""Replays, done at once."""

from shared.delivery.replays.jobs import Because, Wish
from shared.delivery.replays.replaying import Replaying

EVERYTHING = Wish(Because.ASKED)


async def said_again(replaying: Replaying, wish: Wish = EVERYTHING, topic: str | None = None) -> int:
    """Ask for it and do it; how many events it says again."""
    topics = await replaying.ask(wish, topic)
    while await replaying.go_on():
        pass
    return sum(job["events"] for each, _, job in await replaying.jobs.all() if each in topics)
