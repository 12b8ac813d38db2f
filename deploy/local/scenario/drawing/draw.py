"""Chance that does not depend on the order of calls: every draw is a hash of what it is about."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def chance(*about: object) -> float:
    """A number in [0, 1), always the same for the same things."""
    digest = blake2b("\x1f".join(map(str, about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def pick(options: Sequence[T], *about: object) -> T:
    """One of the options, always the same for the same things."""
    return options[int(chance(*about) * len(options))]


def several(options: Sequence[T], count: int, *about: object) -> tuple[T, ...]:
    """``count`` different options, in an order of their own."""
    order = sorted(range(len(options)), key=lambda nth: chance(*about, nth))
    return tuple(options[nth] for nth in order[:count])


def between(low: int, high: int, *about: object) -> int:
    """A whole number from ``low`` to ``high``, both included."""
    return low + int(chance(*about) * (high - low + 1))
