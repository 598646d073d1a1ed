# You need make, git, and Python 3.11 or newer with venv; `make widget` and `make check` also need Node 18 or newer.
# Everything else is installed into .venv, .venv-engine, .venv-schemathesis and web/node_modules.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done)
PORT ?= 8000
MINUTES ?= 15
SIZE ?= 100000
# $(call option,NAME,--option): the option, if NAME=… was given on the command line
option = $(if $(findstring command line,$(origin $(1))),$(2) "$$$(1)")

BIN := .venv/bin
AFTERWORD := $(BIN)/afterword
PYTEST := $(BIN)/pytest --numprocesses auto --dist worksteal

# Each of these files says that something is installed.
RUN := .venv/installed
ENGINE := .venv-engine/installed
DEV := .venv/installed-dev
CONTRACT := .venv-schemathesis/installed
NODE := web/node_modules/installed
COMPILE := --no-compile

.PHONY: help run test check deploy back cdn destroy bundle rehearsal widget release hashes bench backups load format clean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Try it, and work on it

run: ## start the whole service on this machine, with demo posts (PORT=8000)
	@$(MAKE) --silent --jobs=2 $(RUN) $(ENGINE)
	@echo "Starting the service on port $(PORT)"
	@$(BIN)/python dev/run.py --port $(PORT) $(ARGS)

test: $(DEV) $(ENGINE) ## run the tests; those that need a missing program are skipped and named (ARGS="-k queue")
	$(PYTEST) $(ARGS)

check: $(DEV) $(ENGINE) $(CONTRACT) $(NODE) ## run everything CI runs; a missing program is an error (DEEP=1 ARGS="--timeout 0" searches longer)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(AFTERWORD) docs --check
	cd web && npm run --silent check >/dev/null
	$(BIN)/python -m dev.untranslated
	$(BIN)/python dev/contract.py
	AFTERWORD_CHECK=1 $(PYTEST) $(ARGS)

format: $(DEV) $(NODE) ## format the code and apply automatic fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	cd web && npm run --silent format

widget: $(NODE) ## build the widget and the console into chalicelib/static; prints sizes and integrity hashes
	cd web && npm run --silent build

# --- Deploy it

deploy: $(RUN) ## deploy a stage to your AWS account, or update it (STAGE=prod SITE=https://blog.example EMAIL=you@blog.example BUDGET=5)
	@$(AFTERWORD) deploy $(call option,STAGE,--stage) $(call option,SITE,--site) $(call option,EMAIL,--email) \
		$(call option,BUDGET,--budget) $(call option,URL,--url) $(call option,ARCH,--arch) \
		$(call option,WATCH,--watch)

back: $(RUN) ## deploy the code that was deployed before (STAGE=prod), or another version (TO=v1.0)
	@$(AFTERWORD) back $(call option,STAGE,--stage) $(call option,TO,--to)
	@$(MAKE) --no-print-directory deploy $(if $(STAGE),STAGE="$(STAGE)")

cdn: $(RUN) ## put CloudFront in front of a deployed stage, the cheaper way (STAGE=prod ALIAS=comments.blog.example CERTIFICATE=arn:…); OFF=yes removes it
	@$(AFTERWORD) cdn $(call option,STAGE,--stage) $(call option,ALIAS,--alias) $(call option,CERTIFICATE,--certificate) \
		$(call option,WAF,--waf) $(if $(filter yes,$(REST)),--rest) $(if $(filter yes,$(OFF)),--off)

destroy: $(RUN) ## remove a stage but keep its table and secret (STAGE=prod); TABLE=afterword-prod deletes all comments too
	@$(AFTERWORD) destroy $(call option,STAGE,--stage) $(call option,TABLE,--with-table)

bundle: $(RUN) ## build what Lambda runs, without deploying it (STAGE=dev ARCH=x86_64 OUT=bundle.zip)
	@$(AFTERWORD) bundle $(call option,STAGE,--stage) $(call option,ARCH,--arch) $(call option,OUT,--out)

rehearsal: $(DEV) $(ENGINE) ## simulate AWS on this machine, to practise a deployment without an account (PORT=8002)
	@$(BIN)/python -m dev.cloud $(call option,PORT,--port)

# --- Measure it

bench: $(DEV) $(ENGINE) ## measure every operation, request, cold start and page, each against its limit
	@failed=0; for each in units cpu walks coldstart pages markdown widget console; do \
		$(BIN)/python -m benchmarks.$$each || failed=1; echo; \
	done; exit $$failed

backups: $(DEV) $(ENGINE) ## measure a full export and restore (SIZE=100000 comments)
	$(BIN)/python -m benchmarks.backup $(SIZE)

load: $(DEV) $(ENGINE) ## run the service at its posting limits and count what was stored (MINUTES=15)
	$(BIN)/python -m benchmarks.load $(MINUTES)

# --- Maintain it

release: $(DEV) $(NODE) ## build the files of a release into dist/ (TAG=yes also tags the commit)
	@$(BIN)/python -m ops.release $(if $(filter yes,$(TAG)),--tag)

hashes: $(RUN) ## after changing a pin: write the hashes of all wheels into requirements.txt and requirements-run.txt
	@$(BIN)/python -m ops.hashes

clean: ## remove everything that was installed, built or cached; keeps the data of make run (.afterword)
	rm -rf .venv .venv-engine .venv-schemathesis web/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- What is installed, once and after its list has changed

# $(call install,WHAT FOR): what the first prerequisite lists, into the folder of the target.  pip's own messages are
# shown only if it fails.  Bytecode is compiled when it is first needed, which is faster than compiling everything now;
# but the engine is asked with a deadline from its first request on.
define install
$(if $(PYTHON),,$(error Python 3.11 or newer with venv is needed (on Debian: apt install python3-venv)))
@echo "Installing into $(@D), once: $(1)"
@start=$$(date +%s); \
	$(@D)/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(@D) || exit 1; \
	$(@D)/bin/pip install --disable-pip-version-check $(COMPILE) --requirement $< >$(@D)/pip.log 2>&1 || { cat $(@D)/pip.log >&2; exit 1; }; \
	echo "Installed into $(@D) in $$(($$(date +%s) - start)) seconds"
endef

$(RUN): requirements-run.txt requirements.txt
	$(call install,what the service and Chalice need)
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --no-compile --editable . 2>$(@D)/pip.log || { cat $(@D)/pip.log >&2; exit 1; }
	@touch $@

$(ENGINE): COMPILE := --compile
$(ENGINE): requirements-engine.txt
	$(call install,the local DynamoDB engine)
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	$(call install,what tests and linters need (400 MB))
	@touch $@

$(CONTRACT): requirements-schemathesis.txt
	$(call install,what tests the API against its description)
	@touch $@

$(NODE): web/package-lock.json
	@command -v npm >/dev/null || { echo "Node 18 or newer with npm is needed (on Debian: apt install nodejs npm)"; exit 1; }
	@echo "Installing into web/node_modules, once: what builds and checks the widget"
	@npm ci --prefix web --no-audit --no-fund --loglevel error
	@touch $@
