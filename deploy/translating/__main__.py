"""``python -m deploy.translating``: the table of what is missing; with the name of a filled table: take it.

See CONTRIBUTING.md, «A sentence in six languages».
"""

import sys
from pathlib import Path

from deploy.translating.catalogued import missing, take
from deploy.translating.table import Unreadable, read, written


def main(names: list[str]) -> None:
    """Write the table to standard output, or take those tables; ends with what nobody says."""
    if not names:
        sys.stdout.write(written(missing()))
        return
    try:
        blocks = [block for name in names for block in read(Path(name).read_text(encoding="utf-8"))]
    except Unreadable as why:
        raise SystemExit(str(why)) from None
    if nowhere := take(blocks):
        raise SystemExit("Nobody says (the others are taken):\n" + "\n".join(" / ".join(said) for said in nowhere))


if __name__ == "__main__":
    main(sys.argv[1:])
