# One command each; the virtual environment is made on first use.
#   make site   build the demonstration project into _site/
#   make test   install everything and run all tests
#   make lab    JupyterLab on the demonstration project
#   make bench  measure speed (ratios in one run)
#   make lint   ruff and mypy
#   make validate   try the methods on simulated regions whose truth is known; writes docs/validation.md
#   make mutation   10 000 damaged workbooks through all readers; writes docs/reliability.md
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: site test lab bench lint validate mutation notebooks clean

$(VENV)/.runtime: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) --editable ".[dev]"
	@touch $@

$(VENV)/.lab: $(VENV)/.runtime
	$(PIP) --editable ".[lab]"
	@touch $@

site: $(VENV)/.runtime
	$(BIN)/shnor build
	@echo "Откройте _site/index.html в браузере (или: $(BIN)/shnor serve)."

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

lab: $(VENV)/.lab
	$(BIN)/shnor check
	$(BIN)/jupyter lab notebooks

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The figures are stored in the package (src/shnor_lib/validation/results.json) and shown on the site.
validate: $(VENV)/.runtime
	$(BIN)/python -m shnor_lib.validation

mutation: $(VENV)/.dev
	$(BIN)/python -m tests.mutation

# Store the checked outputs in the notebooks again after a change that is meant.
notebooks: $(VENV)/.dev
	$(BIN)/shnor check
	$(BIN)/python -m tests.refresh_notebooks

clean:
	rm -rf _site _site.* .shnor data/processed/*/ data/processed/*.json reports/*
