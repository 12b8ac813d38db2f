"""The table that people translate in, and how it comes into the catalogues."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from deploy.describing import languages
from deploy.translating import catalogued
from deploy.translating.__main__ import main
from deploy.translating.table import Block, Unreadable, read, written
from shared.web.wording import translations

PAIR = ("%(count)s pair", "%(count)s pairs")
TABLE = """\
# registration/pages/board/templates/_board.html
en: %(count)s pair
en: %(count)s pairs
de: %(count)s Paar
de: %(count)s Paare

en: Session: booked
de: Sitzung: gebucht
ro:
"""


def test_a_table_is_read_as_it_was_written() -> None:
    blocks = [Block(PAIR, {"de": ("%(count)s Paar", "%(count)s Paare")}), Block(("Met",), {"fr": ("Rencontre",)})]
    assert list(read(written(blocks))) == blocks


def test_remarks_are_left_out_and_what_stands_empty_is_not_translated() -> None:
    pair, booked = read(TABLE)
    assert (pair.source, pair.said) == (PAIR, {"de": ("%(count)s Paar", "%(count)s Paare")})
    assert (booked.source, booked.said) == (("Session: booked",), {"de": ("Sitzung: gebucht",)})


@pytest.mark.parametrize(
    ("table", "why"),
    [("en: one\nno sentence", "line 2 is neither"), ("\nde: eins\n", "does not say what it translates")],
)
def test_a_line_that_cannot_be_read_is_named(table: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        list(read(table))


@pytest.fixture
def two_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Both say that somebody met, one also how many pairs there are; nothing is translated."""
    folders = [tmp_path / name / "languages" for name in ("one", "other")]
    monkeypatch.setattr(catalogued, "SPEAKING", {folder: folder.parent for folder in folders})
    monkeypatch.setattr(catalogued, "LANGUAGES", ("de", "ro"))
    monkeypatch.setattr(catalogued, "_sentences", _said_there)
    for folder in folders:
        folder.mkdir(parents=True)
        for language in ("de", "ro"):
            empty = languages.brought_up_to_date(_said_there(folder.parent), language, folder / "none.po")
            (folder / f"{language}.po").write_text(languages.translated(empty, language))
    yield folders
    translations.cache_clear()


def _said_there(package: Path) -> Catalog:
    said = Catalog()
    said.add("Met", locations=[(f"{package.name}/page.html", 0)])
    if package.name == "one":
        said.add(PAIR, locations=[("one/page.html", 0)])
    return said


def test_what_is_missing_is_listed_once_with_every_place_and_all_forms(two_packages: list[Path]) -> None:
    pair, met = catalogued.missing()
    assert (pair.source, pair.said) == (PAIR, {"de": ("", ""), "ro": ("", "", "")})
    assert (met.source, met.said, met.where) == (
        ("Met",),
        {"de": ("",), "ro": ("",)},
        ("one/page.html", "other/page.html"),
    )


def test_a_filled_table_comes_into_every_catalogue_that_has_the_sentence(two_packages: list[Path]) -> None:
    met = Block(("Met",), {"de": ("Getroffen",)})
    assert catalogued.take([met, Block(PAIR, {"de": ("%(count)s Paar", "%(count)s Paare")})]) == []
    for folder in two_packages:
        assert translations("de", folder).gettext("Met") == "Getroffen"
    assert translations("de", two_packages[0]).ngettext(*PAIR, 3) == "%(count)s Paare"
    assert [block.said for block in catalogued.missing()] == [{"ro": ("", "", "")}, {"ro": ("",)}]


def test_a_sentence_that_is_taken_again_is_mended(two_packages: list[Path]) -> None:
    for said in ("Getroffen", "Hat stattgefunden"):
        catalogued.take([Block(("Met",), {"de": (said,)})])
    assert translations("de", two_packages[0]).gettext("Met") == "Hat stattgefunden"


def test_what_nobody_says_is_told_and_the_rest_is_taken(two_packages: list[Path], tmp_path: Path) -> None:
    table = tmp_path / "words.txt"
    table.write_text("en: Meet\nde: Treffen\n\nen: Met\nde: Getroffen\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="Meet"):
        main([str(table)])
    assert translations("de", two_packages[1]).gettext("Met") == "Getroffen"
