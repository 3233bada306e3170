# Everything a developer or an operator of one machine needs. make must be there, and for a user who is not root, what
# .ci/packages names.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
SANDBOX_PORT ?= 8421
DATA ?= $(or $(PORTAL_DATA),var)

.PHONY: packages packages-to-test run install test check faults machine bench mutants browser lighthouse lock clean

run: .venv/ready
	@exec $(BIN)/portal dev --data "$(DATA)" --port $(PORT) --sandbox-port $(SANDBOX_PORT)

install: .venv/ready

packages:
	@PYTHON="$(PYTHON)" .ci/packages run

packages-to-test:
	@PYTHON="$(PYTHON)" .ci/packages test

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
CUT_OFF := { echo "Not everything could be installed: is there a network, and room on the disk? Begin again when there is." >&2; exit 1; }

.venv/ready: requirements.txt pyproject.toml | packages
	@echo "Installing what the portal needs into .venv; the first time takes a minute or two." >&2
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements.txt || $(CUT_OFF)
	@$(PIP) --no-build-isolation -e . || $(CUT_OFF)
	@touch $@

.venv/ready-to-test: .venv/ready requirements-dev.txt
	@echo "Installing what the tests need into .venv." >&2
	@$(PIP) --require-hashes -r requirements-dev.txt || $(CUT_OFF)
	@touch $@

browser: packages-to-test .venv/ready-to-test
	@$(BIN)/python -m tests.browser

# Three at once, as much of it is waiting, each with an embedded server of its own; a server by address has room for one.
PARALLEL ?= $(if $(DATABASE_URL),,-n 3 --dist loadfile --no-loadscope-reorder)

# Compiled code is kept, whatever the environment says: many tests start processes, and each would compile all again.
test: export PYTHONDONTWRITEBYTECODE =
test: browser
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: .venv/ready-to-test
	$(BIN)/ruff format --check portal sandbox demo tests
	$(BIN)/ruff check portal sandbox demo tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m pytest tests/test_words.py tests/web/test_conventions.py tests/test_migrations.py

# The fault tests of `make test` at the counts that a landing owes; about an hour.
faults: browser
	PORTAL_FAULTS=landing $(BIN)/python -m pytest tests/faults -m "" --timeout=3600 $(ARGS)

# Both commands on bare roots of Debian 12 and 13; as root. PORTAL_MACHINE=whole runs all tests there, four times.
machine: .venv/ready-to-test
	$(BIN)/python -m pytest tests/machine -m machine $(ARGS)

bench: .venv/ready-to-test
	@$(BIN)/python -m tests.bench $(ARGS)

# Small changes to what counts money, one at a time: a test must mind each. ARGS=portal/care/plans for a part.
mutants: .venv/ready-to-test
	@$(BIN)/python -m tests.mutants $(ARGS)

# Scores of four pages on a phone profile; needs npm.
lighthouse: browser
	@$(BIN)/python -m tests.lighthouse

# Hashes, no addresses: the lock files name no registry. Without setproctitle, which mutmut asks for and its operators do
# not need: Granian would rename the processes of the web server after it, in tests and nowhere else.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra build -o requirements.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra build --extra test -c requirements.txt --no-emit-package setproctitle -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache
