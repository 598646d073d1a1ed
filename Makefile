# Needed: make, git, and Python 3.11 or newer with venv; Node 18 or newer for make widget and make check.  The rest is
# installed into .venv, .venv-engine, .venv-schemathesis and web/node_modules.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
PORT ?= 8000
MINUTES ?= 15
SIZE ?= 100000
said = $(if $(findstring command line,$(origin $(1))),$(2) "$$$(1)")# an option, if it was said with make's command alone
BIN := .venv/bin
PYTEST := $(BIN)/pytest --numprocesses auto --dist worksteal
TOOLS := .venv/installed
ENGINE := .venv-engine/installed
ASKER := .venv-schemathesis/installed
NODE := web/node_modules/installed

.PHONY: help run test check deploy edge destroy rehearsal widget bench backups load format clean
.DELETE_ON_ERROR:

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(TOOLS) $(ENGINE) ## run the whole service here, with demo pages (PORT=8000)
	@$(BIN)/python dev/run.py --port $(PORT) $(ARGS)

test: $(TOOLS) $(ENGINE) ## run the tests; what needs a program that is not here is skipped and named (ARGS="-k queue")
	$(PYTEST) $(ARGS)

check: $(TOOLS) $(ENGINE) $(ASKER) $(NODE) ## all that must hold before a commit; a test that can't run fails (DEEP=1 ARGS="--timeout 0" searches longer)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m chalicelib docs --check
	cd web && npm run --silent check >/dev/null
	$(BIN)/python dev/contract.py
	AFTERWORD_CHECK=1 $(PYTEST) $(ARGS)

deploy: $(TOOLS) ## deploy a stage into your AWS account, or update it (STAGE=prod SITE=https://blog.example EMAIL=you@blog.example BUDGET=5)
	@$(BIN)/python -m ops up $(call said,STAGE,--stage) $(call said,SITE,--site) $(call said,EMAIL,--email) \
		$(call said,BUDGET,--budget) $(call said,URL,--url) $(if $(filter yes,$(NEW)),--new)

edge: $(TOOLS) ## put CloudFront in front of a deployed stage (STAGE=prod ALIAS=comments.blog.example CERTIFICATE=arn:…); OFF=yes removes it
	@$(BIN)/python -m ops edge $(call said,STAGE,--stage) $(call said,ALIAS,--alias) \
		$(call said,CERTIFICATE,--certificate) $(if $(filter yes,$(OFF)),--off)

destroy: $(TOOLS) ## remove a stage; its table and its secret stay (STAGE=prod; all comments too: TABLE=afterword-prod)
	@$(BIN)/python -m ops down $(call said,STAGE,--stage) $(call said,TABLE,--with-table)

rehearsal: $(TOOLS) $(ENGINE) ## simulate AWS on this machine, to deploy to without an account
	@$(BIN)/python -m dev.cloud

widget: $(NODE) ## build what browsers load, into chalicelib/static, and print its integrity hashes
	cd web && npm run --silent build

bench: $(TOOLS) $(ENGINE) ## print what each deed consumes beside its bar, a request's CPU time, a cold start's, a page of the largest post, what readers and moderators wait for
	@failed=0; for each in units cpu coldstart pages markdown widget console; do \
		$(BIN)/python -m benchmarks.$$each || failed=1; echo; \
	done; exit $$failed

backups: $(TOOLS) $(ENGINE) ## print how long a backup takes, there and back, and its memory (SIZE=100000 comments)
	$(BIN)/python -m benchmarks.backup $(SIZE)

load: $(TOOLS) $(ENGINE) ## use the service for some minutes at the posting limits, and count what was stored (MINUTES=15)
	$(BIN)/python -m benchmarks.load $(MINUTES)

format: $(TOOLS) $(NODE) ## format the code, and mend what can be mended by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	cd web && npm run --silent format

clean: ## remove what was installed and cached; the data of make run (.afterword) stay
	rm -rf .venv .venv-engine .venv-schemathesis web/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(NODE): web/package-lock.json
	@command -v npm >/dev/null || { echo "Node 18 or newer with npm is needed (on Debian: apt install nodejs npm)"; exit 1; }
	npm ci --prefix web --no-audit --no-fund --loglevel error
	@touch $@

$(TOOLS): requirements-dev.txt requirements.txt
$(ENGINE): requirements-engine.txt
$(ASKER): requirements-schemathesis.txt
$(TOOLS) $(ENGINE) $(ASKER):
	$(if $(PYTHON),,$(error Python 3.11 or newer with venv is needed (on Debian: apt install python3-venv)))
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
