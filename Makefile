# Two commands: `make demo` shows everything, `make test` proves it.
#
#   make demo [PORT=8000] [DATA=data] [RESET=1]   a realistic selection in the browser; RESET=1 begins anew
#   make test                                     lint, types, import contracts, translations, migrations, all tests
#   make bench                                    the figures, each beside its baseline
#   make screenshots                              the pictures of the README, from a fresh demo
#   make setup                                    only the environment, with everything for development
#   make lock [UPGRADE=1]                         the lock files anew from pyproject.toml

PORT ?= 8000
DATA ?= data
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip
COMPILE := $(UV) compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.PHONY: demo test bench screenshots setup lock system check lint types contracts translations drift
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: $(VENV)/run.stamp
ifeq ($(RESET),1)
	@if [ -f "$(DATA)/gongxuan.sqlite" ]; then rm -rf "$(DATA)"; fi
endif
	@exec $(BIN)/gongxuan demo --data "$(DATA)" --port "$(PORT)"

setup: $(VENV)/dev.stamp

# databases of tests are thrown away: in memory where there is room, since a commit waits for its disk
test: setup system check
	@folder=$$(TMPDIR=$$([ -w /dev/shm ] && echo /dev/shm || echo "$${TMPDIR:-/tmp}") mktemp -d -t gongxuan-XXXXXX); \
	$(BIN)/pytest --numprocesses 2 --dist worksteal --basetemp="$$folder/run"; status=$$?; \
	rm -rf "$$folder"; exit $$status

check: lint types contracts translations drift

lint: setup
	@echo "ruff" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .

types: setup
	@echo "mypy" && $(BIN)/mypy --no-error-summary

contracts: setup
	@echo "import contracts" && sh scripts/contracts.sh

translations: setup
	@echo "translations" && $(BIN)/python -m web.i18n sync

drift: setup
	@echo "migrations" && $(BIN)/python -m web.migrate

bench: setup
	@$(BIN)/python -m bench

screenshots: setup system
	@$(BIN)/python scripts/screenshots.py

# What the tests use besides Python: installed where we may, else named.
system:
	@sh scripts/system.sh

# ── the environment, made anew only when a lock changes ────────────────────────────────────────────────────────────

define install
	@echo "Installing what requirements/$(1).txt names …"
	@$(UV) sync --quiet --python $(BIN)/python requirements/$(1).txt
	@$(UV) install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
endef

$(VENV)/uv.stamp: requirements/uv.txt scripts/environment.sh
	@sh scripts/environment.sh "$(VENV)" requirements/uv.txt
	@touch $@

# an environment for development stays one
$(VENV)/run.stamp: $(VENV)/uv.stamp requirements/run.txt pyproject.toml
	$(call install,$(if $(wildcard $(VENV)/dev.stamp),dev,run))
	@touch $@

$(VENV)/dev.stamp: $(VENV)/uv.stamp requirements/dev.txt requirements/run.txt pyproject.toml
	$(call install,dev)
	@touch $(VENV)/run.stamp $@

lock: $(VENV)/uv.stamp
	@$(COMPILE) pyproject.toml --output-file requirements/run.txt
	@$(COMPILE) pyproject.toml --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt
	@echo uv | $(COMPILE) - --output-file requirements/uv.txt
