# make demo   plays a day at the station on this machine     make test   all that CI runs
# make bench  measures the budgets                           make lock   renews the locked dependencies
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.run-ready
DEV := .venv/.dev-ready
# a station is many processes: compiled once, they read our modules instead of compiling them at each start
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test bench check types tests lock clean
help:
	@sed -n '1,2s/^# //p' Makefile

demo: $(RUN)
	@$(BIN)/python -I -m station.demo $(if $(BREAK),--break $(BREAK)) $(if $(PLAY),--play)

test: $(DEV)
	@$(MAKE) --no-print-directory check

check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory -j 2 types tests

types:
	$(BIN)/mypy

tests:
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=25

bench: $(DEV)
	@$(BIN)/python -I -m station.bench

$(RUN): requirements.lock pyproject.toml packaging/system-packages.txt
	@packaging/install-system-packages
	@test -x $(BIN)/python || { echo "· making the virtual environment"; $(PYTHON) -m venv .venv; }
	@echo "· installing locked dependencies"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	@echo "· installing locked development tools"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

# needs uv (pip install uv); hashes and versions only, no addresses
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-dev.lock

clean:
	rm -rf build .venv
