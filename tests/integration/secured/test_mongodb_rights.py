"""What a service does not need on MongoDB: each case is really tried, and refused."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from tests.integration.secured.conftest import BY_NAME, PREFIX, Secure

UNAUTHORIZED = 13


@pytest.fixture(scope="module")
def databases(secure: Secure) -> Iterator[dict[str, MongoClient[dict[str, Any]]]]:
    clients = {
        name: MongoClient[dict[str, Any]](secure.mongodb.url_of(rights.user, f"{PREFIX}_{name}"))
        for name, rights in BY_NAME.items()
    }
    yield clients
    for client in clients.values():
        client.close()


Act = Callable[[Database[dict[str, Any]]], Any]
ELSEWHERE: dict[str, Act] = {
    "read": lambda database: database["outbox"].find_one({}),
    "write": lambda database: database["outbox"].insert_one({}),
    "change": lambda database: database["outbox"].update_one({}, {"$set": {"a": 1}}),
    "delete": lambda database: database["outbox"].delete_one({}),
    "list": lambda database: database.list_collection_names(),
    "drop": lambda database: database.client.drop_database(database.name),
}
AT_HOME: dict[str, Act] = {
    "drop the database": lambda database: database.client.drop_database(database.name),
    "drop a collection": lambda database: database.drop_collection("outbox"),
    "drop an index": lambda database: database["outbox"].drop_indexes(),
    "rename a collection": lambda database: database["outbox"].rename("other"),
    "change a collection": lambda database: database.command("collMod", "outbox", validator={}),
    "create a user": lambda database: database.command("createUser", "x", pwd="x", roles=[]),
    "create a role": lambda database: database.command("createRole", "x", privileges=[], roles=[]),
    "grant itself more": lambda database: database.command("grantRolesToUser", "x", roles=["dbAdmin"]),
    "see the users": lambda database: database.command("usersInfo"),
    "watch changes": lambda database: database.watch(),
}
OF_ALL: dict[str, Act] = {
    "read the oplog": lambda database: database.client["local"]["oplog.rs"].find_one({}),
    "read users": lambda database: database.client["admin"]["system.users"].find_one({}),
    "see the server": lambda database: database.client["admin"].command("serverStatus"),
    "see the set": lambda database: database.client["admin"].command("replSetGetStatus"),
    "see operations": lambda database: list(database.client["admin"].aggregate([{"$currentOp": {"allUsers": True}}])),
    "change the server": lambda database: database.client["admin"].command("setParameter", 1, logLevel=1),
    "stop the server": lambda database: database.client["admin"].command("shutdown"),
}


def refused(act: Act, database: Database[dict[str, Any]]) -> bool:
    with pytest.raises(OperationFailure) as error:
        act(database)
    return error.value.code == UNAUTHORIZED


@pytest.mark.parametrize("act", ELSEWHERE)
@pytest.mark.parametrize(("service", "other"), [(a, b) for a in BY_NAME for b in (*BY_NAME, "new") if a != b])
def test_another_database_is_not_touched(
    databases: dict[str, MongoClient[dict[str, Any]]], service: str, other: str, act: str
) -> None:
    assert refused(ELSEWHERE[act], databases[service][f"{PREFIX}_{other}"])


@pytest.mark.parametrize("act", AT_HOME | OF_ALL)
@pytest.mark.parametrize("service", BY_NAME)
def test_administration_is_not_for_services(
    databases: dict[str, MongoClient[dict[str, Any]]], service: str, act: str
) -> None:
    assert refused((AT_HOME | OF_ALL)[act], databases[service][f"{PREFIX}_{service}"])
