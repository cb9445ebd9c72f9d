# Kindred. `make help` lists what there is. A fresh machine needs Python 3.11 and make, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
DATA_DIR ?= data
JOBS ?= 2
MINUTES ?= 10
ENGINE ?= both
VENV := .venv
PY := $(VENV)/bin/python
FLASK := $(PY) -m flask --app wsgi
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests

export PORT DATA_DIR

.DEFAULT_GOAL := help
.PHONY: help run test lint bench evaluate faults load audit messages clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNS) ## install what is missing, prepare the database, serve on http://127.0.0.1:$PORT (Ctrl-C ends all)
	@echo "[3/4] Preparing the database in $(DATA_DIR) …"
	@$(FLASK) db upgrade
	@echo "[4/4] Loading the demonstration where the forum is empty …"
	@$(FLASK) kindred demo
	@echo "Starting …"
	@exec $(FLASK) kindred serve

test: $(TESTS) ## install what is missing and run every test
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(TESTS) ## ruff, mypy, the import contract, templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/djlint --lint --quiet forum/templates

bench: $(TESTS) ## print the figures of speed and size, each against its baseline
	@$(PY) -m forum.bench
	@$(PY) -m tests.on_postgres next

evaluate: $(TESTS) ## print how well texts are told apart, and what a thief of database and keys could guess
	@$(PY) -m forum.screening.evaluate
	@$(PY) -m forum.bench.thief
	@$(PY) -m tests.on_postgres thief

faults: $(TESTS) ## do every fault on both engines and print what held
	@$(PY) -m tests.faults

load: $(TESTS) ## live a day of the forum on each engine (MINUTES=10, ENGINE=both) and print how it held
	@$(PY) -m tests.load --minutes $(MINUTES) --engine $(ENGINE)

audit: $(TESTS) ## ask the package index for known holes in what is installed; needs the network
	@$(PY) -m pip install --quiet --disable-pip-version-check pip-audit
	@$(PY) -m pip_audit --requirement requirements.txt --no-deps --disable-pip --strict

messages: $(TESTS) ## collect the texts for translators and compile the catalogues
	@$(VENV)/bin/pybabel -q extract -F forum/translations/babel.cfg -k _l --no-location --sort-output -o forum/translations/messages.pot forum
	@$(VENV)/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete -i forum/translations/messages.pot -d forum/translations
	@$(VENV)/bin/pybabel -q compile -d forum/translations

clean: ## remove the virtual environment and what tests leave behind; never the data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (make PYTHON=/path/to/python3.11 …)"; exit 1; }
	@echo "[1/4] Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(RUNS): requirements.txt | $(PY)
	@echo "[2/4] Installing. The first time this takes some minutes; PyTorch is the largest part …"
	@$(PY) -m pip install --quiet --disable-pip-version-check $$(grep '^torch==' requirements.txt)
	@echo "      PyTorch is there. The rest …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(TESTS): requirements-dev.txt $(RUNS)
	@echo "Installing what the tests need …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
