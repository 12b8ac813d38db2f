"""How events flow: what waits, what is to be said again, and what is to be read again."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from deploy.cli.answers import Failed
from deploy.cli.asking import Installation, ServiceName
from deploy.cli.showing import AsJson, lasting
from deploy.terminal import console, progress, table
from shared.language.streams import Stream

POLL = 0.5

Some = Annotated[list[ServiceName] | None, typer.Argument(help="These services; without any, all.", show_default=False)]
One = Annotated[ServiceName, typer.Argument(help="The service.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Hang the commands in."""
    app.command()(lag)
    app.command()(outbox)
    app.command()(replay)
    app.command()(rebuild)
    app.command()(resume)


def chosen(services: list[ServiceName] | None) -> list[str]:
    """The names of those services, or of all."""
    return [service.value for service in services or ServiceName]


def lag(context: typer.Context, services: Some = None, as_data: AsJson = False) -> None:
    """How far each service is behind, in events and in time, stream by stream."""
    found = [_of(context).ask(service, "GET", "/operations/lag") for service in chosen(services)]
    if as_data:
        console.data(found)
        return
    rows = [
        (each["service"], stream["stream"], stream["messages"], lasting(stream["seconds"]), stream["partitions"])
        for each in found
        for stream in each["streams"]
    ]
    console.show(table(f"Lag in {found[0]['region']}", ["service", "stream", "events", "for", "partitions"], rows))
    for each in found:
        if not each["assigned"]:
            console.say(f"{each['service']} has no partitions: its consumer group is still forming.")


def outbox(context: typer.Context, services: Some = None, as_data: AsJson = False) -> None:
    """What was decided and is not published yet, and since when everything can be said again."""
    found = {service: _of(context).ask(service, "GET", "/operations/outbox") for service in chosen(services)}
    if as_data:
        console.data(found)
        return
    rows = [
        (service, box["pending"], box["oldest_pending_at"], box["published"], box["oldest_kept_at"])
        for service, box in found.items()
    ]
    console.show(table("Outboxes", ["service", "waiting", "the oldest since", "published", "kept since"], rows))


def _moment(text: str) -> str:
    """An instant; without an offset it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("write it like 2026-11-22T08:00 (UTC) or 2026-11-22T08:00+01:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _moment_option(what: str) -> Any:
    return typer.Option(callback=lambda text: text and _moment(text), show_default=False, help=what)


Since = Annotated[str | None, _moment_option("What was decided then or later, like 2026-11-22T08:00 (UTC).")]
Until = Annotated[str | None, _moment_option("What was decided before.")]


def replay(
    context: typer.Context,
    service: One,
    stream: Annotated[Stream | None, typer.Option(help="One stream only.", show_default=False)] = None,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_data: AsJson = False,
) -> None:
    """Let a service say again what it said: all of it, one stream, or a span of time (UTC).

    Nobody is done harm: consumers know what they have dealt with. Needed after a restored database or a topic
    that lost events.
    """
    wanted = {"stream": stream, "since": since, "until": until, "dry_run": dry_run}
    installation = _of(context)
    answer = installation.ask(service.value, "POST", "/operations/replay", json=wanted)
    if not dry_run:
        answer["replays"] = _replayed(installation, service.value, answer["streams"])
    if as_data:
        console.data(answer)
    elif dry_run:
        at_least = "at least " if answer["at_least"] else ""
        console.say(f"{service.value} would say {at_least}{answer['events']} events again.")
    else:
        events = sum(each["events"] for each in answer["replays"])
        console.say(f"{service.value} says {events} events again: `telemachus outbox` shows what is not published yet.")


def _replayed(installation: Installation, service: str, streams: list[str]) -> list[dict[str, Any]]:
    """Follow it to its end. Whoever stops watching stops nothing."""
    with progress() as bar:
        tasks = {stream: bar.add_task(f"Replaying {stream}", total=None) for stream in streams}
        while True:
            listed = installation.ask(service, "GET", "/operations/replays")["replays"]
            ours = [each for each in listed if each["stream"] in tasks]
            for each in ours:
                if each["state"] != "waiting":
                    bar.update(tasks[each["stream"]], completed=each["seen"], total=each["of"])
            if all(each["state"] == "done" for each in ours):
                return ours
            time.sleep(POLL)


def rebuild(
    context: typer.Context,
    service: One,
    projection: Annotated[str | None, typer.Argument(help="Which; without it they are listed.")] = None,
    as_data: AsJson = False,
) -> None:
    """Read a projection anew from its streams while the service goes on serving it."""
    installation = _of(context)
    if projection is None:
        found = installation.ask(service.value, "GET", "/operations/projections")["projections"]
        if as_data:
            console.data(found)
        else:
            rows = [(each["name"], each["documents"], (each["rebuild"] or {}).get("state")) for each in found]
            console.show(table(f"Projections of {service.value}", ["projection", "documents", "rebuild"], rows))
        return
    state = _rebuilt(installation, service.value, projection)
    if as_data:
        console.data(state)
    else:
        counts = f"{state['replaced']} replaced, {state['removed']} removed, {state['unchanged']} were right"
        console.say(f"{state['state']}: {counts}.")
    if state["state"] != "done":
        raise Failed(f"{projection} was not rebuilt: {state['reason']}")


def resume(context: typer.Context, service: One, as_data: AsJson = False) -> None:
    """Let a consumer that halted before a stream of poison go on for a while; what is poison becomes dead letters."""
    answer = _of(context).ask(service.value, "POST", "/operations/consumer/resume")
    if as_data:
        console.data(answer)
    else:
        console.say(f"{service.value} takes whatever comes until {answer['until']}.")


def _rebuilt(installation: Installation, service: str, projection: str) -> dict[str, Any]:
    """Ask for it and follow it to its end."""
    item = installation.ask(service, "POST", f"/operations/projections/{projection}/rebuild")
    with progress() as bar:
        task = bar.add_task(f"Rebuilding {projection}")
        while (state := item["rebuild"])["state"] == "running":
            bar.update(task, completed=state["read"], total=state["of"])
            time.sleep(POLL)
            listed = installation.ask(service, "GET", "/operations/projections")["projections"]
            item = next(each for each in listed if each["name"] == projection)
    found: dict[str, Any] = state
    return found


def _of(context: typer.Context) -> Installation:
    found: Installation = context.obj
    return found
