"""Whatever is made of many documents, or many documents are made of, is made by turns."""

from shared.domain.clock import SystemClock
from shared.domain.pieces import A_MOMENT
from shared.language.envelope import Origin
from shared.store.documents import to_document
from shared.store.queries import page_of
from shared.store.store import Store
from tests.support.ledger import Entry
from tests.support.turns import turns_of_others

MANY = [Entry(id=f"entry-{number:04}") for number in range(4 * A_MOMENT)]


async def test_a_page() -> None:
    documents = [to_document(entry) for entry in MANY]
    async with turns_of_others() as turns:
        page = await page_of(Entry, documents, (("_id", 1),), len(documents))
    assert page.items == MANY
    assert turns() >= 4


async def test_what_a_unit_of_work_writes() -> None:
    store = Store("mongodb://nowhere.invalid/", "any", Origin("ledger", "local"), SystemClock())
    unit = store.unit()
    for entry in MANY:
        unit.save(entry)
    async with turns_of_others() as turns:
        writes, rows = await unit.changes()
    assert (len(writes[Entry]), rows) == (len(MANY), [])
    assert turns() >= 4
    await store.close()
