# feishu-wizard: `make demo` looks at it, `make test` proves it, `make help` lists the rest.
# Both work on a machine that has only Python >= 3.11, make and a package manager.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
LOCK := packaging/lock
# Test workers: 0 runs in one process. The window tests measure time, so more is a choice.
JOBS ?= 0
PYTEST_ARGS ?=
PYTEST := $(PY) -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)
FIND_PYTHON = python=$$(PYTHON="$(PYTHON)" sh packaging/find-python.sh)

# Thousands of programs are started: none compiles again what another one has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
ifndef AT_ONCE
.NOTPARALLEL:
endif
.PHONY: help setup demo tour test test-fast lint format bench faults torture locale messages \
	lock wheel clean system-demo system-test test-unit test-ui test-e2e test-faults

help:  ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | \
		while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

# ---- what has to be there ------------------------------------------------------------------

system-demo:
	@$(FIND_PYTHON) && "$$python" packaging/linux/system_packages.py demo

system-test:
	@$(FIND_PYTHON) && "$$python" packaging/linux/system_packages.py test

$(VENV)/.demo: $(LOCK)/demo.txt pyproject.toml
	@$(FIND_PYTHON) && "$$python" packaging/make_venv.py $(VENV) $(LOCK)/demo.txt
	@touch $@

$(VENV)/.fast: $(LOCK)/fast.txt pyproject.toml
	@$(FIND_PYTHON) && "$$python" packaging/make_venv.py $(VENV) $(LOCK)/fast.txt
	@touch $@

$(VENV)/.full: $(LOCK)/requirements.txt pyproject.toml
	@$(FIND_PYTHON) && "$$python" packaging/make_venv.py $(VENV) $(LOCK)/requirements.txt
	@touch $@ $(VENV)/.demo $(VENV)/.fast

setup: system-test $(VENV)/.full locale  ## Install all that the targets below need, run nothing

locale: $(VENV)/.fast  ## Compile the message catalogues
	@$(PY) packaging/build_locale.py

# ---- looking at it -------------------------------------------------------------------------

demo: system-demo $(VENV)/.demo  ## Open the window on a sandbox (without a display: make tour)
	@$(PY) packaging/build_locale.py
	@if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display here, so the window is photographed instead."; \
		$(MAKE) --no-print-directory tour; \
	else \
		$(BIN)/feishu-wizard --demo; \
	fi

tour: system-demo $(VENV)/.demo  ## Take a picture of every step, in both languages
	@$(PY) packaging/build_locale.py
	@for language in en zh_Hans; do \
		$(BIN)/feishu-wizard tour build/tour/$$language --lang $$language || exit; \
	done
	@echo "The pictures of every step are in build/tour/en and build/tour/zh_Hans."

# ---- proving it ----------------------------------------------------------------------------

# Three parts run side by side on two cores, as most tests wait; the longest begins first.
test: setup lint  ## Check style, types and arrows, run every test, then the benchmarks
	@$(MAKE) --no-print-directory AT_ONCE=1 -j 3 --output-sync=target \
		test-e2e test-unit test-ui test-faults
	$(PY) -m pytest -n 0 -p no:randomly tests/benchmarks

# A selection (-k ...) may leave one part without a test, which pytest calls 5.
NONE_SELECTED = [ $$? -eq 5 ] && [ -n "$(PYTEST_ARGS)" ]

test-unit:
	$(PYTEST) tests/unit || { $(NONE_SELECTED); }

test-ui:
	$(PYTEST) tests/ui || { $(NONE_SELECTED); }

test-e2e:
	$(PYTEST) tests/e2e || { $(NONE_SELECTED); }

test-faults:
	$(PYTEST) tests/faults || { $(NONE_SELECTED); }

test-fast: $(VENV)/.fast locale  ## Run the tests that need no Qt and no system packages
	$(PYTEST) -p no:pytest-qt -m "not gui and not e2e" tests/unit

lint: $(VENV)/.full  ## Check style, types (also for Windows and macOS) and arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@for platform in linux win32 darwin; do \
		echo "mypy --strict --platform $$platform"; \
		$(BIN)/mypy --platform $$platform --cache-dir .mypy_cache/$$platform || exit; \
	done
	$(BIN)/lint-imports

format: $(VENV)/.full  ## Put the source in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: system-test $(VENV)/.full locale  ## Measure at full size: start, window, walk of 100,000 people
	SCALE=full $(PY) -m pytest -n 0 -p no:randomly $(PYTEST_ARGS) \
		tests/benchmarks tests/unit/operations/test_walk_scale.py

faults: system-test $(VENV)/.full locale  ## Break the network, the files and the platform
	FAULT_CELLS=all $(PY) -m pytest -n 2 --dist loadfile $(PYTEST_ARGS) tests/faults -m "not slow"

torture: system-test $(VENV)/.full locale  ## Break them often: the slow part of the fault tests
	TORTURE=all $(PYTEST) tests/faults -m slow
	TORTURE=all $(PYTEST) tests/unit/recording tests/unit/feishu/test_envelope.py \
		tests/unit/storage/test_setup_file_kept.py

# ---- keeping it ----------------------------------------------------------------------------

messages: $(VENV)/.full  ## Collect new texts into the catalogues, for translating
	@mkdir -p build
	$(BIN)/pybabel extract --no-location --sort-output --project=feishu-wizard \
		--output-file=build/feishu_wizard.pot feishu_wizard
	$(BIN)/pybabel update --no-fuzzy-matching --ignore-obsolete --domain=feishu_wizard \
		--input-file=build/feishu_wizard.pot --output-dir=resources/locale

lock:  ## Resolve the dependencies anew (needs uv)
	sh packaging/lock.sh --upgrade

wheel: $(VENV)/.full  ## Build the wheel into dist/
	$(PY) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:  ## Remove what was made here, the virtual environment too
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find feishu_wizard tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
	find resources -name '*.mo' -delete
