"""Nobody forgets to write anew what is made from the code, and what is made is good enough to be kept."""

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
from pydantic import AwareDatetime, Field, SecretStr

from deploy import writing
from deploy.describing import examples, schemas
from deploy.describing.examples import NoExample, made
from deploy.describing.operating.plain_settings import line_of, plain, value_of
from deploy.describing.speech import Undescribed, of_service
from deploy.services import SERVICES
from shared.domain.handlers import hears
from shared.language.sessions import SessionHeld
from shared.language.streams import Event, Stream
from shared.language.terms import Id, Role
from shared.settings import Settings


class PairRemembered(Event):
    """An event nobody has given an example of."""

    stream = Stream.PAIRS
    subject_field = key_field = "pair_id"

    pair_id: Id
    starts_at: AwareDatetime
    by: Role | None
    colour: Annotated[str, Field(pattern=r"^[a-z]+$")]
    times: tuple[Annotated[int, Field(ge=3)], ...]


class PairCoded(PairRemembered):
    """One with a field that nothing comes to mind for."""

    code: Annotated[str, Field(pattern=r"^#{7}$")]


def test_nothing_is_stale() -> None:
    assert writing.stale() == [], "run make write and commit what it wrote"


def test_what_is_stale_is_named_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, kept = tmp_path / "docs" / "page.md", tmp_path / "kept.md"
    kept.write_text("as it was")
    monkeypatch.setattr(writing, "ROOT", tmp_path)
    monkeypatch.setattr(writing, "WRITERS", {"pages": lambda: {page: "new", kept: "as it was"}})

    assert writing.stale() == ["docs/page.md"]
    assert writing.write() == ["docs/page.md"]
    assert (page.read_text(), writing.stale()) == ("new", [])


def test_an_incompatible_change_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = schemas.schema_of(SessionHeld)
    old = {**held, "properties": {**held["properties"], "room": {"type": "string"}}}
    (tmp_path / f"{SessionHeld.type}.json").write_text(json.dumps(old))
    monkeypatch.setattr(schemas, "FOLDER", tmp_path)

    with pytest.raises(SystemExit, match="field room removed"):
        writing.main()
    assert [path.name for path in tmp_path.iterdir()] == [f"{SessionHeld.type}.json"]


def test_a_new_event_gets_an_example_of_what_others_say() -> None:
    found = made(PairRemembered, {"pair_id": ["pair-71be04"], "by": [1, "mentee"], "colour": ["GREEN"]})
    assert found["pair_id"] == "pair-71be04"
    assert (found["by"], found["colour"], found["times"]) == ("mentee", "example", [3])
    assert PairRemembered.model_validate_json(json.dumps(found)).pair_id == "pair-71be04"


def test_where_nothing_comes_to_mind_somebody_is_asked() -> None:
    with pytest.raises(NoExample, match="code"):
        made(PairCoded, {})


def test_an_example_that_is_there_is_never_touched() -> None:
    assert examples.files() == {}


def test_a_setting_nobody_said_anything_about_is_handed_on_by_the_chart() -> None:
    class Longer(Settings):
        """With one more of each kind."""

        look_every: int = 1
        look_secret: SecretStr = SecretStr("")
        look_file: Path | None = None

    assert plain(Longer) == [*plain(), "look_every"]
    assert value_of("look_every") == "lookEvery"
    assert line_of("look_every", Longer) == "LOOK_EVERY: {{ $values.lookEvery | int64 | quote }}\n"
    assert line_of("log_level") == "LOG_LEVEL: {{ $values.logLevel | quote }}\n"


def test_a_handler_that_says_nothing_of_itself_is_named() -> None:
    def silent() -> None: ...

    module = ModuleType("handlers")
    vars(module)["silent"] = hears(SessionHeld)(silent)
    with pytest.raises(Undescribed, match="silent"):
        of_service(replace(SERVICES[0], handlers=module))
