# Everything a developer or an operator of one machine needs. Only Python 3.11+ and make must be there.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
SANDBOX_PORT ?= 8421
DATA ?= $(or $(PORTAL_DATA),var)

.PHONY: run install test check faults bench browser lighthouse lock clean

run: .venv/ready
	@exec $(BIN)/portal dev --data $(DATA) --port $(PORT) --sandbox-port $(SANDBOX_PORT)

install: .venv/ready

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-to-test: .venv/ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

browser: .venv/ready-to-test
	@$(BIN)/python -m tests.browser

# Three at once, as much of it is waiting, each with an embedded server of its own; a server by address has room for one.
PARALLEL ?= $(if $(DATABASE_URL),,-n 3 --dist loadfile --no-loadscope-reorder)

test: browser
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: .venv/ready-to-test
	$(BIN)/ruff format --check portal tests
	$(BIN)/ruff check portal tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m pytest tests/test_words.py tests/web/test_conventions.py tests/test_migrations.py

# The fault tests of `make test` at the counts that a landing owes; about an hour.
faults: browser
	PORTAL_FAULTS=landing $(BIN)/python -m pytest tests/faults -m "" --timeout=3600 $(ARGS)

bench: .venv/ready-to-test
	@$(BIN)/python -m tests.bench $(ARGS)

# Scores of four pages on a phone profile; needs npm.
lighthouse: browser
	@$(BIN)/python -m tests.lighthouse

# Hashes, no addresses: the lock files name no registry.
lock:
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra build -o requirements.txt
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra build --extra test -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache
