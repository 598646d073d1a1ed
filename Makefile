# Needed: make, git, and Python 3.11 or newer with venv.  The rest is installed into .venv and .venv-engine.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
PORT ?= 8000
BIN := .venv/bin
PYTEST := $(BIN)/pytest --numprocesses auto --dist worksteal
TOOLS := .venv/installed
ENGINE := .venv-engine/installed

.PHONY: help run test check bench format clean
.DELETE_ON_ERROR:

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(TOOLS) $(ENGINE) ## run the whole service here, with demo pages (PORT=8000)
	@$(BIN)/python dev/run.py --port $(PORT) $(ARGS)

test: $(TOOLS) $(ENGINE) ## run the tests; what needs a program that is not here is skipped and named (ARGS="-k queue")
	$(PYTEST) $(ARGS)

check: $(TOOLS) $(ENGINE) ## all that must hold before a commit; a test that can't run fails (DEEP=1 searches longer)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m chalicelib docs --check
	AFTERWORD_CHECK=1 $(PYTEST) $(ARGS)

bench: $(TOOLS) $(ENGINE) ## print what each deed consumes beside its bar, and the CPU time of a request
	$(BIN)/python -m benchmarks.units
	$(BIN)/python -m benchmarks.cpu
	$(BIN)/python -m benchmarks.markdown

format: $(TOOLS) ## format the code, and mend what can be mended by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean: ## remove what was installed and cached; the data of make run (.afterword) stay
	rm -rf .venv .venv-engine .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(TOOLS): requirements-dev.txt requirements.txt
$(ENGINE): requirements-engine.txt
$(TOOLS) $(ENGINE):
	$(if $(PYTHON),,$(error Python 3.11 or newer with venv is needed (on Debian: apt install python3-venv)))
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
