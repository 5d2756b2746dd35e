# Only Python 3.11+ with venv, and make. Everything else comes from hashed locks into .venv.
PYTHON ?= python3
SITE ?=
SIZE ?= county
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := ../$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet
DEMO := lifang demo --size $(SIZE) $(if $(SITE),--site $(SITE))

.DEFAULT_GOAL := help
.PHONY: help demo up test check e2e effort bench chaos powercut clients shots lock fmt env dev build frontend clean

help: ## this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: env ## a living county on this machine (SITE=boston, SIZE=small)
	@$(BIN)/$(DEMO)

up: env ## the platform without demo data
	@$(BIN)/lifang up

test: dev build ## all tests, on a real PostgreSQL
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: dev build ## style, types, architecture, front end, settings, migrations, messages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy lifang
	$(BIN)/deptry .
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent test
	$(BIN)/lifang check
	$(BIN)/lifang makemigrations --check --dry-run
	$(BIN)/lifang messages --check

e2e: dev build ## journeys in a real browser
	@$(BIN)/pytest e2e -n0 $(ARGS)

effort: dev build ## taps and typed fields of each journey, written to docs/effort.md
	@$(BIN)/pytest e2e/test_report.py e2e/test_grid_worker.py e2e/test_offline.py e2e/test_register.py e2e/test_street.py e2e/test_department.py e2e/test_administrator.py e2e/test_living.py e2e/test_limits.py e2e/test_voice.py e2e/test_affairs.py e2e/test_home.py -n0 $(ARGS)
	@sed -n '/^| /p' docs/effort.md

bench: dev build ## performance, each number with its reference
	@$(BIN)/python -m benchmarks $(ARGS)

clients: dev build ## other people's programs against a server of their own, or a running one (URL=…, ARGS="--key lf_…")
	@$(BIN)/python -m tests.clients.run $(URL) $(ARGS)

chaos: dev build ## kill -9 under load: acknowledged = present
	@$(BIN)/python -m tests.chaos $(ARGS)

powercut: dev build ## the power goes at 100 moments: acknowledged = present, and unsafe settings are found out (ARGS="--points 20")
	@$(BIN)/python -m tests.chaos.powercut $(ARGS)

shots: dev build ## pictures for README and docs, from the demo
	@$(BIN)/python -m e2e.shots $(ARGS)

fmt: dev ## format everything
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	cd frontend && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent format

lock: dev ## lock requirements with hashes
	cd requirements && for set in app build dev; do $(LOCK) $$set.in -o $$set.txt || exit 1; done

env: .venv/.app ## what it runs on
dev: .venv/.dev ## what it is built and tested with
build: env ## front end and messages, if their sources changed
	@$(BIN)/lifang build --no-static
frontend: build ## the same

clean: ## remove what was built here; the data folder stays
	rm -rf .venv frontend/node_modules frontend/dist lifang/core/web/static/build var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "需要 Python 3.11+，请用 make PYTHON=python3.12 指定。 Python 3.11+ is needed: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "缺少 venv。 venv is missing: apt-get install python3-venv"; exit 1; }

# A folder with the development set has the other too.
.venv/.app: requirements/app.txt requirements/build.txt pyproject.toml | .venv/bin/python
	@if [ .venv/.dev -nt requirements/dev.txt ]; then :; else \
	  echo "安装运行环境 installing …"; \
	  $(PIP) install --quiet --progress-bar on --require-hashes -r requirements/app.txt -r requirements/build.txt; fi
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "安装开发环境 installing …"
	@$(PIP) install --quiet --progress-bar on --require-hashes -r requirements/dev.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@ .venv/.app
