# make up      everything on this machine: Kafka, MongoDB, four services, a demo programme (Ctrl-C stops it)
# make up ONCE=1 SCENARIO=ge-1999   the same, played to its end with a moved clock
# make check   for daily work: lint, and the unit and contract tests, which need neither Java nor a browser
# make test    unit, contract, integration, browser, chaos and fuzz tests
# make lint    style, types, and who may import whom
# make write   whatever is made from the code, written anew: schemas, dashboards, tables, rights
# make bench   measurements     make chaos   processes killed, brokers taken away
# make fuzz    the OpenAPI documents against what is answered, for long: FUZZ_EXAMPLES=100 an operation, FUZZ_SEED=1
# make mutants   small deliberate faults: which of NUMBER=100, drawn by SEED=1, would no test notice
# make images  the images of the services     make containers  build them, run them, test in containers: docs/containers.md
# make cluster the chart installed, upgraded and removed on a real Kubernetes API server: CONTRIBUTING.md
# make lock    requirements/*.txt anew from pyproject.toml
# make clean   what make up and make test have built; the data of make up stay in .telemachus

SCENARIO ?= bnp-uk
ONCE ?=
export SCENARIO ONCE
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN := .venv/bin/python
SIDE_BY_SIDE := $(RUN) -m pytest --dist loadfile --numprocesses
EXTRAS := registration matching sessions feedback operator embedded
COMPILE := $(RUN) -m uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --upgrade
# puts .venv/bin/telemachus there
COMMAND := $(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

# Packages are compiled when they are first used (--no-compile below), so that must be kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up check quick test lint write bench chaos fuzz mutants images containers cluster lock clean

up: .venv/embedded
	@$(RUN) -m deploy.cli up

check: .venv/dev
	@$(MAKE) --no-print-directory --jobs 2 lint quick

quick: .venv/dev
	$(SIDE_BY_SIDE) 2 --quiet tests/unit tests/contract

test: quick
	$(SIDE_BY_SIDE) 3 tests/integration tests/browser tests/chaos tests/fuzz

lint: .venv/dev
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	.venv/bin/lint-imports

write: .venv/dev
	$(RUN) -m deploy.writing

bench: .venv/dev
	$(RUN) -m pytest tests/bench -s

chaos: .venv/dev
	$(SIDE_BY_SIDE) 3 tests/chaos

fuzz: export FUZZ_EXAMPLES ?= 100
fuzz: .venv/dev
	$(RUN) -m pytest tests/fuzz

mutants: SEED ?= 1
mutants: NUMBER ?= 100
mutants: .venv/dev
	$(RUN) -m tests.mutants --seed $(SEED) --number $(NUMBER)

images:
	deploy/build_images

containers: .venv/dev
	.ci/containers $(RUN)

# The build of the first run says what it does and waits for nobody; a test has ten minutes.
cluster: .venv/dev
	@$(RUN) -m tests.cluster.programs
	$(RUN) -m pytest --timeout 600 tests/cluster

# dev first: the other locks take the same versions, so one environment serves both
lock: .venv/dev
	$(RUN) -m pip install --quiet uv
	$(COMPILE) pyproject.toml --extra dev --output-file requirements/dev.txt
	for extra in $(EXTRAS); do \
		$(COMPILE) pyproject.toml --extra $$extra --constraint requirements/dev.txt --output-file requirements/$$extra.txt || exit; done
	$(COMPILE) --group sbom --constraint requirements/dev.txt --output-file requirements/sbom.txt

clean:
	rm -rf .venv .tools build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# Stamps: packages are installed again only after their lock has changed. dev holds everything of embedded.
# --no-compile takes a third off the time: most of what is installed is never used. --no-deps: locks are whole, and leave
# out what pyproject.toml says is not wanted.
.venv/embedded: requirements/embedded.txt | .venv/bin/python
	@echo "Installing what Telemachus needs into .venv (once, about a minute) …"
	$(RUN) -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes --requirement $<
	@$(COMMAND)
	@touch $@

.venv/dev: requirements/dev.txt | .venv/bin/python
	@echo "Installing what Telemachus and its tests need into .venv (once, about a minute) …"
	$(RUN) -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes --requirement $<
	@$(COMMAND)
	@touch .venv/embedded $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Telemachus needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make a virtual environment: apt install python3-venv"; exit 1; }
