"""What is made once and kept in a file that only its owner reads."""

import os
from collections.abc import Callable
from pathlib import Path


def kept(file: Path, make: Callable[[], str]) -> str:
    """What stands in the file; where there is none yet, it is made and written as a whole or not at all."""
    if not file.exists():
        keep(file, make())
    return file.read_text()


def keep(file: Path, content: str | bytes) -> None:
    """Write it, in the place of what was there: nobody ever sees half of it, not even after a full disk or a crash."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(content.encode() if isinstance(content, str) else content)
    new.replace(file)
