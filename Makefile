# Every target sets up what it needs; `make run` and `make test` are all a newcomer has to know.
.DEFAULT_GOAL := run
PYTHON ?= python3
V := .venv/bin
STAMPS := .venv/.stamps

.PHONY: run test check lint types bench simulate screens setup setup-dev chromium kannel wire clean lock

run: setup
	@exec $(V)/doseline up

test: setup-dev chromium kannel
	npm test --silent
	$(V)/python -m pytest

check: lint types test

lint: setup-dev
	$(V)/ruff format --check .
	$(V)/ruff check .

types: setup-dev
	$(V)/mypy
	npm run --silent types

bench: setup-dev chromium
	$(V)/python -m tests.bench $(BENCH)

# A day of phones, networks and a server that fail, for each seed: make simulate SEEDS=10000, or SEED=17 to live one again.
simulate: setup-dev
	SEEDS=$(or $(SEEDS),1000) SEED=$(SEED) $(V)/python -m pytest -s tests/faults/test_simulator.py

screens: setup-dev chromium
	$(V)/python -m tests.browser.screens

wire: setup
	$(V)/doseline wire

setup: $(STAMPS)/python $(STAMPS)/app
setup-dev: setup $(STAMPS)/dev

$(STAMPS)/python: requirements.lock pyproject.toml ops/make-venv
	@ops/make-venv $(PYTHON)
	$(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(V)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/python
	$(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/node: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --silent
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/app: $(STAMPS)/python $(STAMPS)/node $(shell find fieldapp doseline/locale -type f -not -name '*.mo')
	$(V)/doseline languages
	npm run --silent build
	@touch $@

chromium:
	@ops/need-chromium

kannel:
	@ops/need-kannel

lock:
	$(V)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras -o requirements.lock pyproject.toml
	$(V)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra dev -o requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv node_modules build
