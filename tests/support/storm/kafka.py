"""An Apache Kafka to which happens what happens to one: topics forbidden and lost, and all put back by a copy."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.cimpl import NewPartitions
from typing_extensions import override

from deploy.local.kafka import ADMIN_SECONDS, create_topics, wait_for_topics
from shared.language.topics import TOPICS
from tests.support.apache_kafka import ApacheKafka

ANYBODY = "User:ANONYMOUS"
GUARDED = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""


class StormyKafka(ApacheKafka):
    """One broker; its topics are those of the product."""

    @override
    def _properties(self) -> str:
        return super()._properties() + GUARDED

    @contextmanager
    def _admin(self) -> Iterator[AdminClient]:
        with AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0}) as admin:
            yield admin

    def forget(self, name: str) -> None:
        """Delete a topic with all it holds."""
        with self._admin() as admin:
            admin.delete_topics([name], operation_timeout=ADMIN_SECONDS)[name].result(ADMIN_SECONDS)
            wait_for_topics(admin, lambda served: name not in served)

    def create(self, name: str) -> None:
        """Create a topic of the product as a deployment would."""
        create_topics(self.bootstrap_servers, [(t.name, t.partitions, t.config) for t in TOPICS if t.name == name])

    def widen(self, name: str, partitions: int) -> None:
        """Let the topic have so many partitions."""
        with self._admin() as admin:
            admin.create_partitions([NewPartitions(name, partitions)])[name].result(ADMIN_SECONDS)

    @contextmanager
    def forbidden(self, name: str) -> Iterator[None]:
        """Nobody may write to that topic for as long as the block lasts."""
        rights = [
            _right(name, AclOperation.ALL, AclPermissionType.ALLOW),  # or nothing else would be allowed any more
            _right(name, AclOperation.WRITE, AclPermissionType.DENY),
        ]
        with self._admin() as admin:
            for answer in admin.create_acls(rights).values():
                answer.result(ADMIN_SECONDS)
            yield
            for taken in admin.delete_acls([_all_rights(name)]).values():
                taken.result(ADMIN_SECONDS)

    def copy(self) -> None:
        """Keep all it holds now for ``put_back``; it is away meanwhile."""
        self.stop()
        shutil.copytree(self._data, self._kept)
        self.start()

    def put_back(self) -> None:
        """Crash, and come back as it was when it was copied."""
        self.kill()
        shutil.rmtree(self._data)
        shutil.copytree(self._kept, self._data)
        self.start()

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _kept(self) -> Path:
        return self.directory / "kept"


def _right(name: str, operation: AclOperation, permission: AclPermissionType) -> AclBinding:
    return AclBinding(ResourceType.TOPIC, name, ResourcePatternType.LITERAL, ANYBODY, "*", operation, permission)


def _all_rights(name: str) -> AclBindingFilter:
    return AclBindingFilter(
        ResourceType.TOPIC, name, ResourcePatternType.LITERAL, ANYBODY, "*", AclOperation.ANY, AclPermissionType.ANY
    )
