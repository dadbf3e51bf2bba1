# What a developer types. Needs git, make and Python 3.11 or newer; the rest is built into .venv.
#   make demo | test | test-long | torture [KILLS=1000] | soak [SOAK_MINUTES=60] | check | docs | mutants [ONLY=name] | lock [UPGRADE=1]
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.built
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif

.PHONY: help env demo test test-long torture soak check lint format types contracts spelling docs mutants lock build clean

help:
	@sed -n '1,2s/^# *//p' Makefile

env: $(STAMP)
	@$(BIN)/python -m compileall -q src logger/src

$(STAMP): requirements.lock pyproject.toml logger/pyproject.toml tools/env.sh
	@tools/env.sh "$(PYTHON)" $(VENV) requirements.lock --editable ./logger --editable .
	@touch $@

demo: env
	@$(BIN)/leeboard demo

test: env
	@echo "The everyday tests take about 12 to 16 minutes on two cores; ARGS=tests/stats runs a part."
	$(BIN)/python -m pytest -m "not long" $(ARGS)

test-long: env
	$(BIN)/python -m pytest -m long $(ARGS)

torture: env  # kill tests at length: a thousand kills a mode, or KILLS
	LEEBOARD_TORTURE=$(or $(KILLS),1000) $(BIN)/python -m pytest -m long -s -k "kill or crash or fork" $(ARGS)

soak: env  # a server under a steady load for an hour, or SOAK_MINUTES
	PYTHONPATH=. $(BIN)/python bench/soak.py --minutes $(or $(SOAK_MINUTES),60)

check: lint types contracts spelling  # what needs no test run

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: env
	$(BIN)/mypy

contracts: env
	$(BIN)/lint-imports --no-cache

spelling: env
	$(BIN)/codespell $$(git ls-files)

docs: env  # regenerate the reference tables
	$(BIN)/python tools/reference.py

mutants: env
	$(BIN)/python tools/mutants.py $(if $(ONLY),--only "$(ONLY)") $(if $(SINCE),--changed-since "$(SINCE)")

lock: env
	$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)

build: env
	rm -rf dist
	cd logger && $(abspath $(BIN))/python -m hatchling build --directory ../dist
	$(BIN)/python -m hatchling build

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
