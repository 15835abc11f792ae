# setup   what running it needs: the environment in .venv and the front-end libraries; mends what is broken
# setup-dev   what developing it needs besides; the targets below that need it begin with it
# spark   what the engine spark needs besides: PySpark, which is large; Java 17 is the system's
# demo    set-up, 60 days of sample logs, a run over them
# lint    format, lint, types, layers, dead code, SQL, plain English
# test    lint, and the tests, those with a browser and with Spark included
# check   lint, and the tests of a minute or two
# lab   every promise of operation tried at full length, and the tests marked `lab` (hours); lab/README.md
# bench   the project beside its peers, as ratios (takes about half an hour)

# The interpreter to set up with, where one is named: make setup PYTHON=python3.12
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
SCRIPT := reports/static/build/report.js
# The machine's npm and node come first; those of the Python package stand in where it has none.
NPM = PATH="$$PATH:$(CURDIR)/$(BIN)" npm

.PHONY: setup setup-dev spark fetched-spark demo test check lint checked lab bench lock browser system audit
# All but what needs processes, a browser or Dagster of its own, or minutes.
FAST := $(addprefix --ignore=tests/,browser commands engines/test_same_results.py engines/test_failures.py oracle orchestration property reports/serve run setup)

.DEFAULT_GOAL := setup

# Each script does nothing where all is well, and else says what it mends and why.
setup:
	@sh tools/venv.sh user "$(PYTHON)"
	@sh tools/node.sh user
	@$(MAKE) --silent --no-print-directory $(SCRIPT)
	@echo "authmeter is set up: $(BIN)/authmeter"

setup-dev:
	@sh tools/venv.sh dev "$(PYTHON)"
	@sh tools/node.sh dev
	@$(MAKE) --silent --no-print-directory $(SCRIPT)

spark: setup
	@$(MAKE) --silent --no-print-directory fetched-spark

fetched-spark:
	@sh tools/venv.sh spark

# The pages' scripts in one.
$(SCRIPT): $(wildcard reports/static/js/*.js reports/static/js/*/*.js) package.json package-lock.json
	$(NPM) run --silent build

demo: setup
	$(BIN)/authmeter demo

browser:
	@sh tests/browser/install.sh

# What tests need of the system, one after the other: it installs one thing at a time.
system: browser
	@sh tests/engines/install.sh

# What fetches leaves a core idle: two things are fetched at a time, but never two to .venv.
# The tests of a file run in one process, as each process would make anew what they share. The files begin in the order
# that `tests/conftest.py` gives them: a long one that began last would leave a core idle. Three processes share two
# cores, as tests of pages and commands wait a fifth of their time. Of Polars, whose frames are small here, more threads
# would wait for each other.
test:
	@$(MAKE) --no-print-directory -j 2 setup-dev system
	@$(MAKE) --no-print-directory -j 2 checked fetched-spark
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not lab"

check: lint
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(FAST)

# Format, lint, types, layers and dead code, of Python and of the pages' scripts, lint of SQL and of English; the
# scripts' unit tests.
lint: setup-dev
	@$(MAKE) --no-print-directory checked

checked:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	$(BIN)/sqlfluff lint --quiet pipelines reports
	$(BIN)/python tools/plain_english.py
	$(NPM) run --silent lint
	$(NPM) run --silent types
	$(NPM) test --silent

lab: setup-dev spark system
	$(BIN)/python -m lab

bench: setup-dev
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	$(BIN)/python bench/run.py

# Asks an advisory service for known faults of what is locked; it needs one to be within reach, and fails without.
audit: setup
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.lock -r requirements-dev.lock -r requirements-node.lock -r requirements-spark.lock

# Every dependency with its hashes, and without the address of any registry. What both locks hold is of one version.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header
lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) pyproject.toml --group build -o requirements.lock
	$(COMPILE) --group pyproject.toml:dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra spark --group build -c requirements.lock -o requirements-spark.lock
	$(COMPILE) requirements-node.in -o requirements-node.lock
	$(NPM) install --silent --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
