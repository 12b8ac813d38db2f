"""What a service needs of MongoDB: a replica set that lets it in, its rights, and every index."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from shared.operations.checks.result import Check, lacking
from shared.operations.rights import DATABASE
from shared.store.indexes import COLLECTIONS, Index
from shared.store.mongodb import ConfigurationError, OperationFailure, PyMongoError
from shared.store.store import Store

AUTHENTICATION_FAILED, UNAUTHORIZED = 18, 13
SKEW = 5.0
"""Seconds two clocks may differ: leases are given for ten."""


class Database:
    """The database of one service."""

    def __init__(self, store: Store, indexes: Iterable[Index]) -> None:
        self._store = store
        self._indexes = list(indexes)

    async def reachable(self) -> list[Check]:
        """It lets us in, is a replica set, and its clock agrees with ours."""
        await self._store.db.command("ping")
        hello = await self._store.client.admin.command("hello")
        named = hello.get("setName")
        found = f"answers, replica set “{named}”" if named else "is no replica set"
        remedy = "" if named else "name a replica set in MONGODB_URL: the product needs transactions"
        return [Check("MongoDB", bool(named), found, remedy), _clocks(hello["localTime"].replace(tzinfo=UTC))]

    async def transactions(self) -> list[Check]:
        """One transaction, which reads a little and changes nothing."""
        async with await self._store.client.start_session() as session, session.start_transaction():
            await self._store.db["inbox"].find_one({}, projection=["_id"], session=session)
        return [Check("MongoDB transactions", True, "possible")]

    async def rights(self) -> list[Check]:
        """The user holds every action it needs on its own database."""
        status = await self._store.client.admin.command("connectionStatus", showPrivileges=True)
        known = status["authInfo"]
        if not known["authenticatedUsers"]:
            return [Check("MongoDB rights", True, "no user: this database lets everybody do everything")]
        name = self._store.db.name
        held = {
            action
            for privilege in known["authenticatedUserPrivileges"]
            if _covers(privilege["resource"], name)
            for action in privilege["actions"]
        }
        remedy = f"give the user of MONGODB_URL a role with these actions on the database {name}"
        return [lacking("MongoDB rights", set(DATABASE) - held, f"all that is needed on {name}", remedy)]

    async def indexes(self) -> list[Check]:
        """Every collection and index is there; an index that only an earlier version needed is named, and fine."""
        names = set(await self._store.db.list_collection_names())
        missing = {f"collection {name}" for name in COLLECTIONS if name not in names}
        unused = set[str]()
        for collection in {index.collection for index in self._indexes}:
            found = await self._store.db[collection].index_information() if collection in names else {}
            keys = {name: tuple(key for key, _ in one["key"]) for name, one in found.items()}
            wanted = {index.keys for index in self._indexes if index.collection == collection}
            missing |= {f"{collection}({', '.join(key)})" for key in wanted - set(keys.values())}
            unused |= {f"{collection}.{name}" for name, key in keys.items() if key not in wanted | {("_id",)}}
        count = f"{len(set(self._indexes))} indexes"
        fine = f"{count}; not needed: {', '.join(sorted(unused))}" if unused else count
        return [lacking("MongoDB indexes", missing, fine, "run the command “prepare” of this service")]


def _covers(resource: dict[str, Any], database: str) -> bool:
    """Whether a privilege is for all collections of that database."""
    if resource.get("anyResource"):
        return True
    return resource.get("db") in (database, "") and resource.get("collection") == ""


def _clocks(theirs: datetime) -> Check:
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    remedy = "synchronise the clocks of both machines (NTP)"
    return Check("Clocks", skew < SKEW, f"{skew:.1f} s from the database's", remedy * (skew >= SKEW))


def explain(error: Exception) -> tuple[str, str]:
    """Why MongoDB cannot be asked, and which setting to look at."""
    if isinstance(error, OperationFailure):
        return _refused(error)
    if isinstance(error, ConfigurationError | ValueError):
        return "its address cannot be read", "correct MONGODB_URL: mongodb://user:password@host:27017/?replicaSet=name"
    if isinstance(error, PyMongoError) and ("CERTIFICATE_VERIFY_FAILED" in str(error) or "SSL" in str(error)):
        return "TLS fails", "correct tls, tlsCAFile and tlsCertificateKeyFile in MONGODB_URL"
    return "does not answer", "correct MONGODB_URL (hosts, replicaSet, tls), or open the network"


def _refused(error: OperationFailure) -> tuple[str, str]:
    if error.code == AUTHENTICATION_FAILED:
        return "refuses user or password", "correct user, password and authSource in MONGODB_URL"
    if error.code == UNAUTHORIZED:
        return "the user may not do this", "give it the actions on its own database that docs/security.md lists"
    return f"refuses with code {error.code}", "see the log of MongoDB"
