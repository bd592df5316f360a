# What people and continuous integration call. `make demo` and `make test` work from a fresh clone on a machine with
# Python 3.11+ (with venv), make, bash and curl; everything else they install into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help demo test check bench corpus chaos fuzz docs format lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORTS ?= 8100
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/installed ## a real small service with its runbook, watched; break it and see
	@exec $(BIN)/watchbook demo start --foreground --ports $(PORTS)

test: $(VENV)/developed ## every test (under 15 minutes on two cores)
	@$(BIN)/pytest -q

check: $(VENV)/developed ## the quick ring: lint, types, layers and fast tests (under a minute)
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > /dev/null || $(BIN)/lint-imports --no-cache
	@$(BIN)/codespell src tests docs examples README.md CONTRIBUTING.md
	@$(BIN)/pytest -q -m "not slow"

bench: $(VENV)/developed ## measure, and write docs/benchmarks.md
	@$(BIN)/python -m benchmarks

corpus: $(VENV)/developed ## what is understood of strangers' runbooks (../shared/corpus)
	@$(BIN)/python -m corpus

chaos: $(VENV)/developed ## a thousand kills at random points of a procedure
	@WATCHBOOK_KILLS=1000 $(BIN)/pytest -q -m crash

fuzz: $(VENV)/fuzzed ## coverage-guided fuzzing of the reader (FUZZ_SECONDS=900 for longer; finds go to .fuzz/found)
	@$(BIN)/python -m fuzz

docs: $(VENV)/developed ## regenerate the reference from the code
	@$(BIN)/python -m docs.generate

format: $(VENV)/developed ## format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

LOCK := uv pip compile --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet
lock: ## renew the lock files (needs uv)
	$(LOCK) pyproject.toml -o requirements/run.txt
	$(LOCK) --group test pyproject.toml -o requirements/test.txt
	printf 'hatchling==1.33.0\neditables>=0.5\n' | $(LOCK) - -o requirements/build.txt

clean: ## remove what was built here
	rm -rf $(VENV) .fuzz dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/python: scripts/needs.sh
	@bash scripts/needs.sh $(PYTHON)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python requirements/run.txt requirements/build.txt pyproject.toml
	@echo "Installing Watchbook into $(VENV) (once) …"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/run.txt
	@test -e $(VENV)/developed || $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/fuzzed: $(VENV)/developed requirements/fuzz.txt
	@echo "Installing the fuzzer into $(VENV) (once; Linux, Python 3.11 to 3.13) …"
	@$(PIP) --require-hashes -r requirements/fuzz.txt
	@touch $@

$(VENV)/developed: $(VENV)/python requirements/test.txt requirements/build.txt pyproject.toml
	@echo "Installing Watchbook and what its tests need into $(VENV) (once) …"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/test.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
