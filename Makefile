# Everything is set up by the targets themselves, in .venv; `make run` and `make test` are all that a newcomer types.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= index
PORT ?= 8000
DATA ?= ../shared/data
FUZZ_EXAMPLES ?= 20000
SOAK_OPERATIONS ?= 5000

# As many processes share the tests as there are cores, four at most: each builds the indexes it needs and may start a
# Chromium, and a container sees all the cores of its host. "worksteal" keeps neighbours together, so that what a module
# shares is built once or twice, and leaves no process idle at the end. It stands here and not in pyproject.toml because
# a single test by hand would wait for processes that it does not need.
SHARED_OUT := --numprocesses auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install install-dev browser run test check lint bench load quality torture soak fuzz docs screenshots clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The stamps make the second time quick: nothing is installed again unless pyproject.toml has changed.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Visti needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

install: $(VENV)/.installed ## Make the environment and install Visti in it

install-dev: $(VENV)/.installed-dev ## The same, with what tests and checks need

# The browser tests need Chromium. Root can install it here; elsewhere they are skipped with their reason.
browser:
	@if ! command -v chromedriver >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver; } >/dev/null 2>&1 \
		|| echo "Chromium could not be installed; the browser tests will be skipped"; \
	fi

run: install ## Index the sample archive and serve the search page
	$(BIN)/visti index examples/archive --index $(INDEX)
	$(BIN)/visti serve --index $(INDEX) --port $(PORT)

test: install-dev lint browser ## Run all checks and all tests
	$(BIN)/python -m pytest $(SHARED_OUT)

check: install-dev lint ## The quick part: lint, types, and the tests without a browser
	$(BIN)/python -m pytest -q $(SHARED_OUT) -m "not browser" --exitfirst

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install ## Measure indexing and searching beside other engines, on a generated archive
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]' || echo "tantivy could not be installed; it is left out"
	$(BIN)/python -m benchmarks.run

load: install ## Measure the site: one page after another, then 32 clients at once, on 200,000 generated articles (built once, some minutes)
	$(BIN)/python -m benchmarks.load

quality: install ## Measure the language work on real texts, in the folder DATA (docs/quality.md); some minutes
	$(BIN)/python -m benchmarks.quality.run --data $(DATA)

torture: install-dev ## Kill the writer, damage files, compare with the oracle, for minutes; `make test` has a short run of all
	VISTI_KILLS=300 VISTI_DAMAGES=1000 VISTI_ORACLE_EXAMPLES=5000 $(BIN)/python -m pytest -q \
		tests/search/columnar/test_columnar_durability.py tests/search/columnar/test_columnar_salvage.py \
		tests/search/archive/test_archive_damage.py tests/indexer/test_reindex.py tests/search/columnar/test_columnar_oracle.py

soak: install-dev ## Write, correct, delete and kill the writer for half an hour beside readers and backups; `make test` has a short run
	VISTI_SOAK_OPERATIONS=$(SOAK_OPERATIONS) $(BIN)/python -m pytest -q -s tests/indexer/test_soak.py

fuzz: install-dev ## Send the site tens of thousands of odd requests, for some ten minutes; `make test` has a short run
	VISTI_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest -q tests/web/test_web_fuzz.py

screenshots: install-dev browser ## Take the pictures in docs/screenshots/ anew, of the sample archive in Chromium
	$(BIN)/python docs/screenshots.py

docs: install-dev ## Write docs/cli.md anew from the command's own help
	$(BIN)/python docs/generate_cli.py > docs/cli.md.new && mv docs/cli.md.new docs/cli.md

clean: ## Remove the environment, caches and the built index
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find $(INDEX) -type f -not -name README.md -not -name .gitignore -delete
