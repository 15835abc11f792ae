# setup   all that running needs: the environment in .venv and the front-end libraries; repairs both
# setup-dev   setup, and the tools of development; targets below that need them run it first
# spark   setup, and PySpark for the engine spark (large); install Java 17 yourself
# demo    setup, 60 days of sample logs, and a run
# lint    format, lint, types, layers, dead code, SQL, plain English
# test    lint, and the tests, also those with a browser and with Spark
# check   lint, and the quick tests (a minute or two)
# lab   test every promise of operation at full length, and the tests marked `lab` (hours); see lab/README.md
# bench   compare the speed with other tools, as ratios (about half an hour)

# The interpreter for setup, if you name one: make setup PYTHON=python3.12
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
SCRIPT := reports/static/build/report.js
# Some environments forbid cached bytecode: each of the many processes of the tests would then compile all code again.
unexport PYTHONDONTWRITEBYTECODE
# Without npm and node on the machine, those of the Python package are used.
NPM = PATH="$$PATH:$(CURDIR)/$(BIN)" npm

.PHONY: setup setup-dev venv-dev scripts-dev spark fetched-spark demo test check lint checked checked-types checked-sql \
	checked-code checked-scripts early lab bench lock browser system audit
# Tests without their own processes, browser or Dagster, and without long running times.
FAST := $(addprefix --ignore=tests/,browser commands engines/test_same_results.py engines/test_failures.py oracle orchestration property reports/serve run setup)

.DEFAULT_GOAL := setup

# Each script does nothing if everything is installed, else it prints what it repairs and why.
setup:
	@sh tools/venv.sh user "$(PYTHON)"
	@sh tools/node.sh user
	@$(MAKE) --silent --no-print-directory $(SCRIPT)
	@echo "authmeter is set up: $(BIN)/authmeter"

setup-dev: venv-dev scripts-dev

venv-dev:
	@sh tools/venv.sh dev "$(PYTHON)"

# Only without npm on the machine does this need the environment, into which it then installs npm.
scripts-dev: $(if $(shell command -v npm 2>/dev/null),,venv-dev)
	@sh tools/node.sh dev
	@$(MAKE) --silent --no-print-directory $(SCRIPT)

spark: setup
	@$(MAKE) --silent --no-print-directory fetched-spark

fetched-spark:
	@sh tools/venv.sh spark

# Bundles the scripts of the pages.
$(SCRIPT): $(wildcard reports/static/js/*.ts reports/static/js/*/*.ts) package.json package-lock.json tsconfig.json
	$(NPM) run --silent build

demo: setup
	$(BIN)/authmeter demo

browser:
	@sh tests/browser/install.sh

# System packages for tests, one after the other because the package manager runs only once at a time.
system: browser
	@sh tests/engines/install.sh

# Downloads leave a core idle, so other targets run beside them, but never two that install into .venv. The checks of the
# pages' scripts need no .venv.
# The tests of a file run in one process, because each process would make their shared data again. `tests/conftest.py`
# orders the files: a long file that began last would leave a core idle. Three processes share two cores, because tests
# of pages and commands wait a fifth of their time. Polars gets one thread: with its small frames, more threads would
# only wait for each other.
test:
	@$(MAKE) --no-print-directory -j 3 venv-dev early system
	@$(MAKE) --no-print-directory -j 3 fetched-spark checked-types checked-sql checked-code
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not lab"

check: lint
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(FAST)

# Format, lint, types, layers and dead code of Python and of the pages' scripts; lint of SQL and of English; unit tests
# of the scripts.
lint: setup-dev
	@$(MAKE) --no-print-directory -j 2 checked

# Types and SQL take most of the time.
checked: checked-types checked-sql checked-code checked-scripts

checked-types:
	$(BIN)/mypy

checked-sql:
	$(BIN)/sqlfluff lint --quiet pipelines reports

checked-code:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	$(BIN)/python tools/plain_english.py

early: scripts-dev
	@$(MAKE) --no-print-directory checked-scripts

checked-scripts:
	$(NPM) run --silent lint
	$(NPM) run --silent types
	$(NPM) test --silent

lab: setup-dev spark system
	$(BIN)/python -m lab

bench: setup-dev
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	$(BIN)/python bench/run.py

# Asks an advisory service for known faults of the locked packages; fails if none can be reached.
audit: setup
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.lock -r requirements-dev.lock -r requirements-node.lock -r requirements-pip.lock -r requirements-uv.lock -r requirements-spark.lock

# Every dependency with its hashes and without a registry's address. Packages in both locks have the same version.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header
lock: setup-dev
	$(COMPILE) pyproject.toml --group build -o requirements.lock
	$(COMPILE) --group pyproject.toml:dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra spark --group build -c requirements.lock -o requirements-spark.lock
	$(COMPILE) requirements-node.in -o requirements-node.lock
	$(COMPILE) requirements-pip.in -o requirements-pip.lock
	$(COMPILE) requirements-uv.in -o requirements-uv.lock
	$(NPM) install --silent --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
