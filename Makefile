# Signpost: set up, try, test. Each target makes what it needs; nothing else has to be installed first.
# `make` alone lists the targets.

PYTHON ?= python3
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip
INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:

# One environment, one stamp for each lock installed into it. The development lock holds everything
# that the demo's does, in the same versions (tests/test_locks.py), so that either order is right.
MADE := $(VENV)/.made
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev
TRAIN := $(VENV)/.train

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(DEMO) ## Open the real bot in a local web page: no token, no account
	$(BIN)/signpost demo

.PHONY: test
test: $(DEV) ## Run all tests but those of the browser
	$(BIN)/python -m pytest -q -n $(JOBS) $(ARGS)

.PHONY: test-browser
test-browser: $(DEV) ## Run the tests of the demo page in Debian's chromium
	@test -x /usr/bin/chromium || { \
	  echo "The browser tests need Debian's chromium:  sudo apt install chromium" >&2; exit 1; }
	$(BIN)/python -m pytest -q -m browser $(ARGS)

.PHONY: lint
lint: $(DEV) ## Check style, imports, the Dockerfile, the locks and resources.yaml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/hadolint Dockerfile
	@! grep -nE '^-|://' requirements*.lock || { echo "A lock names an index or an option." >&2; exit 1; }
	$(BIN)/signpost check resources.yaml

.PHONY: types
types: $(DEV) ## Check the types
	$(BIN)/mypy

.PHONY: check
check: lint types test ## Everything but the browser

# Settings of this machine must not reach the locks: they hold versions and hashes alone.
COMPILE = env -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null $(BIN)/uv pip compile --quiet --universal \
  --python-version 3.11 --only-binary :all: --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links

.PHONY: lock
lock: ## Write the lock files anew (ARGS=--upgrade takes newer versions)
	test -x $(BIN)/uv || $(MAKE) $(DEV)
	$(COMPILE) $(ARGS) pyproject.toml --extra demo --group build --group dev -o requirements-dev.lock >/dev/null
	$(COMPILE) pyproject.toml --extra demo --group build -c requirements-dev.lock -o requirements-demo.lock >/dev/null
	$(COMPILE) pyproject.toml -c requirements-dev.lock -o requirements.lock >/dev/null
	$(COMPILE) --group build -c requirements-dev.lock -o requirements-build.lock >/dev/null
	$(COMPILE) $(ARGS) pyproject.toml --group build --group train -c requirements-dev.lock -o requirements-train.lock >/dev/null

.PHONY: train
train: $(TRAIN) ## Make the classifier's weights from the corpus (about 40 minutes on two cores)
	$(BIN)/python -m training $(ARGS)

.PHONY: thresholds
thresholds: $(DEV) ## Choose the bars of guardrails/policy/thresholds.yaml on the held-out messages
	$(BIN)/python -m training.precision --write
	$(BIN)/python -m training.bars

.PHONY: eval-guard
eval-guard: $(TRAIN) ## Measure the guard on held-out and unseen messages, with layers and curves
	$(BIN)/python -m benchmarks.guard --split held_out --details $(ARGS)
	$(BIN)/python -m benchmarks.guard --split unseen $(ARGS)
	$(BIN)/python -m benchmarks.guard --split held_out --ablation
	$(BIN)/python -m benchmarks.guard_plots
	$(BIN)/python -m benchmarks.guard_speed

.PHONY: image
image: ## Build the container image signpost:latest with docker, podman or buildah
	@for tool in docker podman buildah; do command -v $$tool >/dev/null && break; done; \
	  command -v $$tool >/dev/null || { echo "Needs docker, podman or buildah." >&2; exit 1; }; \
	  if test $$tool = docker; then docker build -t signpost:latest .; \
	  else $$tool build --format docker -t signpost:latest .; fi

.PHONY: clean
clean: ## Remove the environment, caches and built files
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed:  sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "Signpost needs Python 3.11, 3.12 or 3.13; $(PYTHON) is `$(PYTHON) -V`." >&2; \
	  echo "Name another one:  make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv is missing. Type this, then make again:  sudo apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once, a minute or so) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(DEMO): requirements-demo.lock pyproject.toml | $(MADE)
	@$(INSTALL) -r requirements-demo.lock
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(TRAIN): requirements-train.lock training/base.lock | $(DEV)
	@$(INSTALL) -r requirements-train.lock
	@$(INSTALL) --no-deps -r training/base.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml | $(MADE)
	@$(INSTALL) -r requirements-dev.lock
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@ $(DEMO)
