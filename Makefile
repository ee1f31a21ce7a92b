# Yigou. `make help` lists what there is to do; every target prepares .venv by itself.
# Works with GNU make 3.81 (macOS) and later, /bin/sh, and folders with spaces in their names.

PORT ?= 8000
HOUSEHOLDS ?=
PYTEST_ARGS ?=
ARGS ?=
PY := .venv/bin/python
# For commands that only read files of the project.
NO_SETTINGS := YIGOU_MODE=test DATABASE_URL=postgresql:///none SECRET_KEY=only-for-reading-catalogues-0123456789

unexport PYTHONHOME PYTHONPATH
export PORT
# Tools want a home for their caches; a service account or a bare container may have none.
ifeq ($(strip $(HOME)),)
export HOME := $(CURDIR)/var/home
endif

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test dev check format-check format lint imports types translations templates \
	migrations build bench storm ledger-check screenshots lock venv

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/\1	\2/p' Makefile | while IFS='	' read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

demo: venv ## Serve the demo on http://127.0.0.1:8000 (PORT=8080 HOUSEHOLDS=6637 change it)
	@exec $(PY) -m deploy.demo --port "$(PORT)" --follow-parent $(if $(HOUSEHOLDS),--households "$(HOUSEHOLDS)")

demo-reset: venv ## Throw the demo's data away, to start over with make demo
	@exec $(PY) -m deploy.demo_reset

dev: venv ## Serve the demo with reloading and the debugger, for working on the code
	@exec $(PY) -m deploy.demo --port "$(PORT)" --follow-parent --dev $(if $(HOUSEHOLDS),--households "$(HOUSEHOLDS)")

test: venv ## Run the whole test suite on its own PostgreSQL (PYTEST_ARGS="-k cart -n0")
	@exec $(PY) -m pytest -n auto --maxprocesses 8 $(PYTEST_ARGS)

check: format-check lint imports types translations templates migrations ## Check format, lint, imports, types, translations, templates, migrations
	@echo "All checks passed."

format: venv ## Format the code
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix-only .

format-check: venv
	$(PY) -m ruff format --check .

lint: venv ## Lint the code
	$(PY) -m ruff check .

imports: venv ## Check which way imports go
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command as run; sys.argv[0] = "lint-imports"; run()'

types: venv ## Check the types
	$(PY) -m mypy .

translations: venv ## Check that the catalogues are complete
	$(NO_SETTINGS) $(PY) -m flask --app app translations check

templates: venv ## Lint the templates
	$(PY) -m djlint templates --lint --profile=jinja --quiet

migrations: venv ## Check that the migrations build what the models say
	$(PY) -m deploy.with_database --throwaway -- $(PY) -m deploy.check_migrations

build: venv ## Prepare everything that a server needs to run this folder read-only
	$(NO_SETTINGS) $(PY) -m flask --app app translations compile
	$(PY) -W ignore -m compileall -q -x '/(\.venv|var|tests)/' .
	$(PY) -W ignore -m compileall -q -j 0 .venv/lib >/dev/null || true  # some packages carry files for Python 2

bench: venv ## Measure; prints the numbers and writes var/bench.json (ARGS="--quick")
	@exec $(PY) -m bench $(ARGS)

storm: venv ## Buy and redeem while parts of the server are killed; nothing may be lost (ARGS="--seconds 300")
	@exec $(PY) -m bench.storm $(ARGS)

ledger-check: venv ## Prove the books of the demo
	@exec $(PY) -m deploy.with_database -- $(PY) -m flask --app app ledger check

screenshots: venv ## Take docs/screenshots/ from the running demo
	@exec $(PY) -m demo.screenshots --port "$(PORT)"

lock: venv ## Write requirements.lock anew from pyproject.toml
	UV_PYTHON_DOWNLOADS=never $(PY) -m uv pip compile pyproject.toml --python $(PY) --all-extras --group dev \
		--universal --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements.lock

# --- what the targets above need ---

venv:
	@sh deploy/bootstrap.sh
