# `make run` starts the product with its demo company; `make test` runs every test.
PYTHON ?= python3.11
BIN := .venv/bin
DATA := $(or $(MAINSPRING_DATA),.data)
SIZE ?= M
BENCH_SIZE ?= L
PORT ?= 8000
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup frontend browser run reset test test-slow check messages migrations bench docs lock clean

help:                  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

setup: .venv/ready frontend    ## the environment from pinned locks, the front end, the translations, the engines
	@python tools/messages.py compile
	@python -m compileall -q src
	@mainspring warm

.venv/ready: requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; name it: make setup PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
frontend: .venv/frontend
.venv/frontend: .venv/ready $(FRONTEND)
	@if [ -f frontend/package.json ]; then sh tools/frontend.sh; fi
	@touch $@

run: setup             ## web, worker and database with the demo company; SIZE=S|M|L PORT=8000
	@exec mainspring serve --demo $(SIZE) --port $(PORT)

reset:                 ## throw the data folder away
	@python3 tools/reset.py $(DATA)

browser: .venv/ready   ## Chromium for the browser tests
	@sh tools/browser.sh

test: setup browser    ## the whole suite
	pytest -n 2 --dist loadfile -m "not slow"

test-slow: setup       ## what takes minutes: moving in a whole company's records
	pytest -m slow

check: .venv/ready     ## lint, format, types, layers, migrations complete, translations complete
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	mainspring manage makemigrations --check --dry-run
	python tools/messages.py check

messages: .venv/ready  ## extract texts into the catalogs of every package
	@python tools/messages.py extract

migrations: .venv/ready ## write every app's 0001_initial anew (until the first release)
	@find src/mainspring -path '*/migrations/0*.py' -delete
	@mainspring manage makemigrations --no-header

bench: setup           ## measurements on demo BENCH_SIZE=L (its own data folder), JSON into bench/results
	@missed=0; for question in $(filter-out bench/harness.py bench/filling.py,$(wildcard bench/*.py)); do \
	  echo "$$question"; BENCH_SIZE=$(BENCH_SIZE) MAINSPRING_DATA=$${BENCH_DATA:-.data/bench-$(BENCH_SIZE)} python $$question || missed=1; done; exit $$missed

docs: .venv/ready      ## the documentation as pages in site-docs
	@python tools/docs.py docs site-docs

lock: .venv/ready      ## pin requirements again, with hashes and without registry addresses
	$(BIN)/uv pip compile requirements/base.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock" -o requirements/base.txt
	$(BIN)/uv pip compile requirements/base.in requirements/dev.in -c requirements/base.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock" -o requirements/dev.txt

clean:                 ## remove what can be made again
	rm -rf .venv site-docs frontend/node_modules
