# Everything the project does, one command each: `make help` lists them. Needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
INSTALLED := .venv/.installed
# Outside the repository, where only an installed package is found; one folder for each clone.
COLAB := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rnncourse/colab-$(shell printf '%s' '$(CURDIR)' | cksum | cut -d ' ' -f 1)

# One thread a process and a fixed hash seed: runs repeat, and processes side by side do not fight for the cores.
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export MKL_NUM_THREADS = 1
export PYTHONHASHSEED = 0
# Stored outputs do not depend on what whoever builds them has solved.
export RNNCOURSE_PROGRESS = memory

.DEFAULT_GOAL := help
.PHONY: help book serve pdf epub test sync case-studies bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The stamp is written last, so an interrupted installation is taken up again.
$(INSTALLED): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name yours with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "rnncourse needs Python 3.11 or newer and $(PYTHON) is %d.%d: name a newer one with make PYTHON=..." % v[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

book: $(INSTALLED) ## Build the book into _build/html; every warning is an error
	@$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "The book is in _build/html: open _build/html/index.html in a browser, or run 'make serve'."

serve: book ## Build the book and show it on this machine (make serve PORT=8000)
	@echo "The book is at http://localhost:$(PORT)/ until you press Ctrl-C."
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html || \
	  { echo "If port $(PORT) is taken, choose another: make serve PORT=8001"; exit 1; }

pdf: book ## Print the whole book into _build/rnncourse.pdf (needs Chromium)
	@$(BIN)/python -m tools.paper pdf

epub: book ## Make an ePub of the whole book, _build/rnncourse.epub (needs Chromium)
	@$(BIN)/python -m tools.paper epub

test: book ## Build the book, then lint, run all tests, and run every notebook as on Colab against its stored outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.colab $(COLAB)
	JUPYTER_PATH=$(COLAB)/jupyter $(BIN)/pytest -n 3 --dist loadfile --nbval --nbval-kernel-name colab \
	  --nbval-cell-timeout 120 tests $(COLAB)/notebooks

sync: $(INSTALLED) ## Make exercises and notebooks from their sources
	$(BIN)/python -m tools.sync

case-studies: $(INSTALLED) ## Run the case studies on real data in full, an hour or more
	$(BIN)/python -m tools.case_studies

bench: $(INSTALLED) ## Measure speed and memory into benchmarks/results
	$(BIN)/python -m benchmarks

clean: ## Remove what was built and cached (.venv stays)
	rm -rf _build $(COLAB) .pytest_cache .ruff_cache .hypothesis
	find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +
