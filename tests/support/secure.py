"""Apache Kafka with TLS, users and access control, and MongoDB with the same; every service with its own rights."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.admin._scram import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from typing_extensions import override

from deploy.describing.rights import DATABASE, RIGHTS, Rights, acls
from deploy.local.kafka import ADMIN_SECONDS, create_with
from deploy.local.mongod import READY_SECONDS, REPLICA_SET, Mongod
from deploy.local.ports import HOST, free_port
from shared.language.topics import TOPICS
from tests.support.apache_kafka import ONE_NODE, ApacheKafka
from tests.support.certificates import Authority

ADMIN = "admin"
PROPERTIES = (
    ONE_NODE
    + """\
listeners=CLIENT://{host}:{port},MUTUAL://{host}:{mutual_port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENT://{host}:{port},MUTUAL://{host}:{mutual_port}
listener.security.protocol.map=CLIENT:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
username="admin" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.mutual.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^.*CN=([^,]+).*$/$1/
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
"""
)
"""ANONYMOUS is the controller's own listener, which speaks to nobody else: one node needs no TLS with itself."""


class SecureKafka(ApacheKafka):
    """One broker with two doors: SCRAM over TLS, and certificates on both sides."""

    def __init__(self, directory: Path, authority: Authority) -> None:
        super().__init__(directory)
        self._authority = authority
        self._mutual_port = free_port()
        self._keystore = authority.both("kafka")
        self.passwords = {name: secrets.token_urlsafe(16) for name in (ADMIN, *(rights.user for rights in RIGHTS))}
        """User → password."""

    @property
    def mutual(self) -> str:
        """The address for clients that show a certificate."""
        return f"{HOST}:{self._mutual_port}"

    def client(self, user: str, **more: Any) -> dict[str, Any]:
        """How librdkafka signs in as this user."""
        return {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": self.passwords[user],
            "ssl.ca.location": str(self._authority.file),
            "log_level": 0,
            **more,
        }

    def prepare(self) -> None:
        """Create the topics, and give every service its rights."""
        admin = AdminClient(self.client(ADMIN))
        create_with(admin, [(topic.name, topic.partitions, topic.config) for topic in TOPICS])
        bindings = [binding for rights in RIGHTS for binding in _bindings(rights)]
        for answer in admin.create_acls(bindings).values():
            answer.result(ADMIN_SECONDS)
        _wait_for_rights(admin, set(bindings))

    def change_password(self, user: str, password: str) -> None:
        """From now on this one counts; connections that stand keep standing."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion(user, info, password.encode())
        admin = AdminClient(self.client(ADMIN))
        admin.alter_user_scram_credentials([change])[user].result(ADMIN_SECONDS)
        self.passwords[user] = password

    @override
    def _answers(self) -> bool:
        try:
            return bool(AdminClient(self.client(ADMIN)).list_topics(timeout=2).brokers)
        except KafkaException:
            return False

    @override
    def _properties(self) -> str:
        return PROPERTIES.format(
            host=HOST,
            port=self._port,
            mutual_port=self._mutual_port,
            controller_port=self._controller_port,
            password=self.passwords[ADMIN],
            keystore=self._keystore,
            truststore=self._authority.file,
            data=self.directory / "data",
        )

    @override
    def _format_arguments(self) -> list[str]:
        users = [f"SCRAM-SHA-512=[name={name},password={password}]" for name, password in self.passwords.items()]
        return [word for user in users for word in ("--add-scram", user)]


def every_right() -> AclBindingFilter:
    """All of everybody."""
    anything: Any = None  # the types know of no filter that takes every name
    patterns = (ResourceType.ANY, anything, ResourcePatternType.ANY)
    return AclBindingFilter(*patterns, anything, anything, AclOperation.ANY, AclPermissionType.ANY)


def _wait_for_rights(admin: AdminClient, wanted: set[AclBinding]) -> None:
    """The controller answers before the broker follows."""
    until = time.monotonic() + ADMIN_SECONDS
    while not wanted <= set(admin.describe_acls(every_right()).result(ADMIN_SECONDS)):
        if time.monotonic() > until:
            raise TimeoutError("the broker does not know of all rights")
        time.sleep(0.05)


def _bindings(rights: Rights) -> list[AclBinding]:
    return [
        AclBinding(
            ResourceType[acl["resource"]["type"].upper()],
            acl["resource"]["name"],
            ResourcePatternType.LITERAL,
            f"User:{rights.user}",
            "*",
            _operation(name),
            AclPermissionType.ALLOW,
        )
        for acl in acls(rights)
        for name in acl["operations"]
    ]


def _operation(name: str) -> AclOperation:
    """Kafka writes DescribeConfigs, its clients DESCRIBE_CONFIGS."""
    return AclOperation["".join(f"_{letter}" if letter.isupper() else letter for letter in name)[1:].upper()]


class SecureMongod(Mongod):
    """One mongod that speaks TLS only and lets nobody in without a password."""

    def __init__(self, directory: Path, authority: Authority) -> None:
        super().__init__(directory)
        self._authority = authority
        self._certificate = authority.both("mongodb")
        self._key_file = directory / "members.key"
        self.passwords = {name: secrets.token_urlsafe(16) for name in (ADMIN, *(rights.user for rights in RIGHTS))}

    def url_of(self, user: str, source: str, **more: str) -> str:
        """The address for this user, who is known in the database ``source``."""
        options = {
            "replicaSet": REPLICA_SET,
            "authSource": source,
            "tls": "true",
            "tlsCAFile": str(self._authority.file),
        }
        told = "&".join(f"{name}={value}" for name, value in (options | more).items())
        return f"mongodb://{user}:{self.passwords[user]}@{HOST}:{self.port}/?{told}"

    def client(self) -> MongoClient[dict[str, Any]]:
        """Somebody who may do everything."""
        return MongoClient(self.url_of(ADMIN, "admin"))

    @override
    def start(self) -> None:
        data = self.directory / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._key_file.touch(mode=0o600)
        self._key_file.write_text(secrets.token_hex(32))
        self._program.start(self._command(data))
        url = f"mongodb://{HOST}:{self.port}/?directConnection=true&tls=true&tlsCAFile={self._authority.file}"
        with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=200) as client:
            self._program.wait_until(lambda: _is_primary(client, f"{HOST}:{self.port}"), READY_SECONDS, self._why)
            # the first user may be made from this machine by nobody in particular
            client.admin.command("createUser", ADMIN, pwd=self.passwords[ADMIN], roles=["root"])

    def prepare(self, prefix: str) -> None:
        """Give every service a user that may do in its own database what it needs."""
        with self.client() as client:
            for rights in RIGHTS:
                database = client[f"{prefix}_{rights.service}"]
                on = {"db": database.name, "collection": ""}
                privileges = [{"resource": on, "actions": list(DATABASE)}]
                database.command("createRole", "service", privileges=privileges, roles=[])
                database.command("createUser", rights.user, pwd=self.passwords[rights.user], roles=["service"])

    @override
    def _command(self, data: Path) -> list[str | Path]:
        return [
            *super()._command(data),
            *("--keyFile", self._key_file, "--tlsMode", "requireTLS", "--tlsCertificateKeyFile", self._certificate),
            *("--tlsCAFile", self._authority.file, "--tlsAllowConnectionsWithoutCertificates"),
        ]


def _is_primary(client: MongoClient[dict[str, Any]], member: str) -> bool:
    try:
        hello: Mapping[str, Any] = client.admin.command("hello")
        if not hello.get("setName"):
            first = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}
            client.admin.command("replSetInitiate", first)
    except OperationFailure:
        return False  # it has been initiated, and does not say so yet
    except PyMongoError:
        return False  # not listening yet
    return bool(hello.get("isWritablePrimary"))
