"""Creates the topics that are missing: the one-shot job of compose.yaml, run in a service's image."""

import asyncio
import os

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.language.topics import TOPICS


async def create_topics(bootstrap_servers: str) -> None:
    """Create them with one replica each, as befits one broker; raises what the broker refuses one with."""
    wanted = [NewTopic(topic.name, topic.partitions, 1, topic_configs=topic.config) for topic in TOPICS]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        answer = await admin.create_topics(wanted)
    finally:
        await admin.close()
    for name, code, why in answer.topic_errors:
        if for_code(code) not in (NoError, TopicAlreadyExistsError):
            raise for_code(code)(f"{name}: {why}")


if __name__ == "__main__":
    asyncio.run(create_topics(os.environ["KAFKA_BOOTSTRAP_SERVERS"]))
