"""Everything in the repository that is made from the code: ``make write`` writes it anew.

Who makes a file is the only one to write into it; where only a part of a page is made, marks stand around it.
A contract test says which files somebody has forgotten to write.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.dashboards import all as dashboards
from deploy.describing import errors, examples, languages, navigation, rights, schemas, speech
from deploy.describing.operating import plain_settings, reference, runbooks, values

ROOT = Path(__file__).parents[1]

WRITERS: Mapping[str, Callable[[], Mapping[Path, str]]] = {
    "schemas of events": schemas.files,
    "golden examples of events": examples.files,
    "Kafka's topics, users and rights": rights.files,
    "settings in the chart": plain_settings.files,
    "values in the chart's README": values.files,
    "tables of docs/operations.md": reference.files,
    "index of runbooks": runbooks.files,
    "what services say and hear": speech.files,
    "the navigation": navigation.files,
    "catalogues of languages": languages.files,
    "dashboards": dashboards.files,
    "docs/errors.md": errors.files,
}
"""What is made → path and text of each of its files, as they have to be. Later ones read what earlier ones made."""


def stale() -> list[str]:
    """The files that are not as the code would make them."""
    return [
        str(path.relative_to(ROOT))
        for writer in WRITERS.values()
        for path, text in writer().items()
        if _old(path, text)
    ]


def write() -> list[str]:
    """Write what is stale, and say which files that were; raises Incompatible, and then nothing is written."""
    written = []
    for writer in WRITERS.values():
        for path, text in writer().items():
            if _old(path, text):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                written.append(str(path.relative_to(ROOT)))
    return written


def _old(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text() != text


def main() -> None:
    """Write, and tell what was written; an incompatible change of an event ends it with the reason."""
    try:
        written = write()
    except (
        schemas.Incompatible,
        examples.NoExample,
        speech.Undescribed,
        runbooks.NotSaid,
        navigation.NoSuchPage,
    ) as refusal:
        raise SystemExit(str(refusal)) from None
    sys.stdout.write("".join(f"{path}\n" for path in written) or "All is as the code makes it.\n")


if __name__ == "__main__":
    main()
