.DEFAULT_GOAL := help
.PHONY: help install sweep test slow smoke torture fuzz bench lint format schema clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(READY)  ## Create .venv with the pinned dependencies

# Made anew when the pins or the requirements change.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

sweep: $(READY)  ## Run search_spaces/digits.yaml: search, retrain the winner, report its test accuracy
	$(BIN)/sweep run search_spaces/digits.yaml

# On two cores, file by file: a process has imported TensorFlow once for all of its files.
test: $(READY)  ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

slow: $(READY)  ## Run the tests that take minutes: sweeps killed again and again
	$(BIN)/python -m pytest -m slow

smoke: $(READY)  ## Run the tiny sweep, the whole way, in under a minute
	$(BIN)/sweep run search_spaces/smoke.yaml

torture: $(READY)  ## Kill sweeps at 60 random moments and at every write point; about 30 minutes
	$(BIN)/python -m tests.torture.torture --kills 60

fuzz: $(READY)  ## Run the fuzz tests with 20,000 new examples instead of 1,000 known ones
	SWEEP_FUZZ_PROFILE=fuzz $(BIN)/python -m pytest tests/fuzz

bench: $(READY)  ## Measure whole sweeps against other tools; about 50 minutes, ARGS="--rounds 1 --rows fixed" for a part
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks.bench $(ARGS)

lint: $(READY)  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p sweep

format: $(READY)  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(READY)  ## Generate search_spaces/schema.json and the tables of docs/definition.md anew
	$(BIN)/python -m sweep.space.schema > search_spaces/schema.json.new
	mv search_spaces/schema.json.new search_spaces/schema.json
	$(BIN)/python -m sweep.space.reference docs/definition.md > docs/definition.md.new
	mv docs/definition.md.new docs/definition.md

clean:  ## Delete .venv (runs stay)
	rm -rf $(VENV)
