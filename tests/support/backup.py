"""A copy of one database as it was at one moment, and that copy put back: what any backup tool does."""

from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient

Documents = list[dict[str, Any]]


@dataclass(frozen=True)
class Backup:
    """Collection → documents, all of the same moment."""

    collections: dict[str, Documents]


def back_up(url: str, database: str) -> Backup:
    """Read everything in one snapshot, while the service goes on."""
    with MongoClient[dict[str, Any]](url) as client, client.start_session(snapshot=True) as session:
        names = client[database].list_collection_names()
        return Backup({name: list(client[database][name].find(session=session)) for name in names})


def restore(url: str, database: str, backup: Backup) -> None:
    """Leave nothing but the backup there; nobody may be using it."""
    with MongoClient[dict[str, Any]](url) as client:
        client.drop_database(database)
        for name, documents in backup.collections.items():
            if documents:
                client[database][name].insert_many(documents)
