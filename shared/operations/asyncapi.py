"""The AsyncAPI 3.0 document of a service, generated from what it says and hears."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.language.streams import Event

HEADERS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_version", "ce_region"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string", "description": "The event and its version."},
        "ce_source": {"type": "string", "description": "/telemachus/REGION/SERVICE"},
        "ce_subject": {"type": "string", "description": "The aggregate that changed."},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_version": {"type": "string", "description": "The how-manieth change of the subject this is, from 1."},
        "ce_region": {"type": "string"},
        "content-type": {"const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
}


def document(service: str, says: Sequence[type[Event]], hears: Sequence[type[Event]]) -> dict[str, Any]:
    """The whole document; every event is a message with its JSON Schema."""
    both = sorted({*says, *hears}, key=lambda event: event.type)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Telemachus {service}", "version": "1.0.0", "license": {"name": "Apache-2.0"}},
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, both) for name in sorted({event.stream.value for event in both})},
        "operations": {**_operations("say", "send", says), **_operations("hear", "receive", hears)},
        "components": {"messages": {event.type: _message(event) for event in both}},
    }


def _channel(stream: str, events: Iterable[type[Event]]) -> dict[str, Any]:
    here = [event for event in events if event.stream == stream]
    messages = {event.type: {"$ref": f"#/components/messages/{event.type}"} for event in here}
    return {"address": stream, "messages": messages}


def _operations(verb: str, action: str, events: Sequence[type[Event]]) -> dict[str, Any]:
    streams = sorted({event.stream.value for event in events})
    return {
        f"{verb}.{stream}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{stream}"},
            "messages": [{"$ref": f"#/channels/{stream}/messages/{e.type}"} for e in events if e.stream == stream],
        }
        for stream in streams
    }


def _message(event: type[Event]) -> dict[str, Any]:
    draft = "application/schema+json;version=draft-2020-12"
    here = f"#/components/messages/{event.type}/payload/schema/$defs/{{model}}"  # references count from the document
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().split("\n")[0].replace("``", ""),
        "contentType": "application/json",
        "headers": HEADERS,
        "payload": {"schemaFormat": draft, "schema": event.model_json_schema(ref_template=here)},
    }
