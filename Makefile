# make demo   set everything up and run the main job on the embedded sample
# make test   set everything up and run the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test torture lint bench calibration sample schemas lock clean

demo: $(STAMP)
	$(BIN)/hypebasket run --data sample

test: $(STAMP)
	$(BIN)/python -m pytest

torture: $(STAMP)
	HYPOTHESIS_PROFILE=torture $(BIN)/python -m pytest tests/properties tests/reference tests/parity tests/pipeline/test_verify.py
	HYPEBASKET_KILLS=200 $(BIN)/python -m pytest tests/sources/vendors/test_kill.py

lint: $(STAMP)
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python benchmarks/main_job.py

# How often the study's tests reject where nothing happened, and how often they find what was planted; a few minutes.
calibration: $(STAMP)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/calibration.py

# The sample is made by its generator alone; the tests check that this changes no byte.
sample: $(STAMP)
	$(BIN)/python -m hypebasket.sources.sample data/sample

# The editors' schemas are made from the models alone; the tests check that this changes no byte.
schemas: $(STAMP)
	$(BIN)/python -m hypebasket.spec.schema data/schemas

# The one lock that make installs; hashes without addresses, so that any mirror of the registry serves it.
lock:
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header pyproject.toml --output-file requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "hypebasket needs Python 3.11 or newer; say which: make PYTHON=python3.12 demo"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
