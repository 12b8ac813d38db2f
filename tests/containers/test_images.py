"""What is in the images, and what is not; that they can be built again, and say where they come from."""

import hashlib
import io
import json
import re
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from typing import Any

import pytest
from docker import DockerClient as Engine

from tests.containers.conftest import NAMES, ROOT, TAG, build, image_of

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800), pytest.mark.usefixtures("images")]
every_service = pytest.mark.parametrize("name", NAMES)
LABEL = "org.opencontainers.image."
FORBIDDEN = ("pip", "setuptools", "pytest", "tests", "deploy", "numpy.testing.tests")
ONLY_MATCHING = ("numpy", "scipy", "ortools")
LOOK = """
import importlib.util, json, os, sys
from importlib.metadata import distributions
def there(name):
    try: return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError: return False
print(json.dumps({
    "there": [name for name in sys.argv[1:] if there(name)],
    "packages": sorted(f"{found.name}=={found.version}" for found in distributions()),
    "user": os.getuid(),
    "writable": [path for path in ("/app", "/venv", *sys.path[1:]) if os.access(path, os.W_OK)],
}))
"""


def inside(engine: Engine, name: str, *command: str) -> str:
    """What that command in the image of a service prints."""
    printed = engine.containers.run(image_of(name), command[1:], entrypoint=command[0], remove=True)
    return bytes(printed).decode()


def look(engine: Engine, name: str, *modules: str) -> Any:
    """Who is in the image, and which of these modules can be imported there."""
    return json.loads(inside(engine, name, "python", "-c", LOOK, *modules))


def file_in(engine: Engine, name: str, path: str) -> bytes:
    """The contents of a file in the image of a service. What a command prints may lack its end when it is long."""
    container = engine.containers.create(image_of(name))
    try:
        archive = io.BytesIO(b"".join(container.get_archive(path)[0]))
    finally:
        container.remove()
    with tarfile.open(fileobj=archive) as files:
        found = files.extractfile(files.next() or "")
        return found.read() if found else b""


def normalised(package: str) -> str:
    """As locks and package addresses write it."""
    return re.sub(r"[-_.]+(?=.*==)", "-", package).lower()


def test_an_image_holds_its_own_service_only(engine: Engine) -> None:
    modules = [f"services.{name}.app" for name in NAMES]
    assert {name: look(engine, name, *modules)["there"] for name in NAMES} == {
        name: [f"services.{name}.app"] for name in NAMES
    }


@every_service
def test_nothing_is_in_it_that_does_not_run(engine: Engine, name: str) -> None:
    assert look(engine, name, *FORBIDDEN)["there"] == []
    tests = inside(engine, name, "find", "/venv", "/app", "-type", "d", "-name", "tests")
    assert tests == ""


@every_service
def test_only_matching_computes_with_arrays(engine: Engine, name: str) -> None:
    assert look(engine, name, *ONLY_MATCHING)["there"] == (list(ONLY_MATCHING) if name == "matching" else [])


@every_service
def test_it_runs_as_nobody_in_particular_who_may_change_nothing(engine: Engine, name: str) -> None:
    found = look(engine, name)
    assert (found["user"], found["writable"]) == (10001, [])


@every_service
def test_the_list_of_packages_is_what_is_installed_and_locked(engine: Engine, name: str) -> None:
    said = json.loads(file_in(engine, name, "/app/sbom.cdx.json"))
    listed = {normalised(f"{part['name']}=={part['version']}") for part in said["components"]}
    lock = re.findall(r"^[^\s#]+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
    assert (said["bomFormat"], said["metadata"]["component"]["name"]) == ("CycloneDX", "telemachus")
    assert listed == {normalised(package) for package in look(engine, name)["packages"]}
    assert listed <= {normalised(package) for package in lock}


@every_service
def test_the_labels_say_where_it_comes_from(engine: Engine, name: str) -> None:
    labels = {key.removeprefix(LABEL): value for key, value in engine.images.get(image_of(name)).labels.items()}
    commit, second = (
        git("describe", "--always", "--exclude=*", "--abbrev=40", "--dirty"),
        git("log", "-1", "--format=%ct"),
    )
    assert (labels["title"], labels["revision"]) == (f"telemachus-{name}", commit)
    assert datetime.fromisoformat(labels["created"]) == datetime.fromtimestamp(int(second), UTC)
    assert labels["base.name"]
    assert labels.keys() >= {"source", "version", "licenses", "base.digest"}


def git(*arguments: str) -> str:
    """What git answers."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_the_same_sources_give_the_same_image(engine: Engine) -> None:
    """Matching's, which has the most in it. Its layers are the same bytes, and so is every file in its containers."""
    build("matching", tag="again", options="--no-cache")
    first, again = (engine.images.get(image_of("matching", tag)) for tag in (TAG, "again"))
    assert again.attrs["RootFS"]["Layers"] == first.attrs["RootFS"]["Layers"]
    assert tree(engine, image_of("matching", "again")) == tree(engine, image_of("matching"))


def tree(engine: Engine, image: str) -> dict[str, tuple[Any, ...]]:
    """Every file in a container of that image that is not put there by the engine: mode, owner, contents."""
    container = engine.containers.create(image)
    try:
        with tempfile.TemporaryFile() as exported:
            for chunk in container.export():
                exported.write(chunk)
            exported.seek(0)
            with tarfile.open(fileobj=exported) as files:
                return {file.name: described(files, file) for file in files if not by_the_engine(file.name)}
    finally:
        container.remove()


def by_the_engine(path: str) -> bool:
    """Whether each container has one of its own."""
    return path.split("/")[0] in (".dockerenv", "dev") or path in (
        "etc",
        "etc/hostname",
        "etc/hosts",
        "etc/mtab",
        "etc/resolv.conf",
    )


def described(files: tarfile.TarFile, file: tarfile.TarInfo) -> tuple[Any, ...]:
    """What must not differ."""
    contents = files.extractfile(file) if file.isreg() else None
    digest = hashlib.sha256(contents.read()).hexdigest() if contents else file.linkname
    return file.type, file.mode, file.uid, file.gid, file.mtime, digest
