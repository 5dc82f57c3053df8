# Every target sets itself up: Python 3.11 or newer, pip and make are all a machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PYTHONDONTWRITEBYTECODE =
export COLUMNS = 160

.PHONY: help setup demo test test-all reports bench bench-servers node-clients clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/'

setup: $(STAMP)  ## the virtual environment, from hashed constraints

$(STAMP): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("cogsim needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP)  ## play the tour: timeline, graph and report of a small multi-tenant application
	@mkdir -p build/out
	$(BIN)/cogsim run scenarios/stories/demo.yaml
	$(BIN)/cogsim graph scenarios/worlds/saas.yaml -o build/out/saas.svg
	$(BIN)/cogsim graph scenarios/worlds/saas.yaml -o build/out/saas.png
	$(BIN)/cogsim report scenarios/worlds/saas.yaml -o build/out/report
	@echo "The picture is build/out/saas.png, the report build/out/report/audit.html"

test: $(STAMP)  ## everything but the slow suites: style, types, contracts, behaviour
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet cogsim tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q -n auto -m "not slow"

test-all: test  ## the slow suites too
	$(BIN)/pytest -q -n auto -m slow || test $$? -eq 5  # 5: there is no slow test

node-clients: build/node/.installed  ## the packages that tests/clients/node uses, where there is npm

build/node/.installed: tests/clients/node/package.json
	@mkdir -p build/node
	cp tests/clients/node/package.json build/node/
	cd build/node && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

reports: $(STAMP)  ## write reports/ anew from scenarios/
	$(BIN)/python -m tests.golden.reports

bench: $(STAMP)  ## measure; ratios side by side, never a test
	$(BIN)/python -m benchmarks

bench-servers: build/bench-servers/.installed  ## other simulators, in an environment of their own, for bench to stand beside

build/bench-servers/.installed: benchmarks/constraints.txt
	$(PYTHON) -m venv build/bench-servers
	build/bench-servers/bin/python -m pip install --quiet --require-hashes -r benchmarks/constraints.txt
	@touch $@

clean:  ## remove what was made
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
