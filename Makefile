# make demo   shows graphspec at work on a real network that every machine has
# make test   runs every check: lint, types, tests, README and examples
# make test-hessian   the same of the part for neural networks, with a CPU build of torch where pip finds one
# make test-fast   leaves out slow tests and what installs again
# make wheel  builds an sdist and a wheel, and tries both
SHELL := bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
VENV := .venv
DEMO := .demo
WHEEL := .wheel
WORKERS ?= 2

# Numbers of tests are those of one version.
TORCH := 2.13.*
HESSIAN := .hessian

.PHONY: demo test test-hessian test-fast lint types tests smoke wheel benchmarks clean

demo: $(DEMO)/.installed
	$(DEMO)/bin/python examples/import_network.py $(DEMO)/imports.txt.gz
	$(DEMO)/bin/graphspec info $(DEMO)/imports.txt.gz
	$(DEMO)/bin/graphspec spectrum $(DEMO)/imports.txt.gz --plot $(DEMO)/spectrum.png
	@echo "The picture is in $(DEMO)/spectrum.png. Now try: $(DEMO)/bin/graphspec spectrum YOUR_EDGES.txt"

test: lint types tests smoke demo

test-fast: lint types
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow"

lint: $(VENV)/.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.installed
	$(VENV)/bin/mypy

tests: $(VENV)/.installed
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile

test-hessian: $(HESSIAN)/.installed
	$(HESSIAN)/bin/python -m pytest -n $(WORKERS) --dist loadfile tests/hessian graphspec/hessian tests/test_options.py \
		tests/cli/test_help.py

# What a user gets: installed without any development extra.
smoke: $(DEMO)/.installed
	$(DEMO)/bin/graphspec --version
	$(DEMO)/bin/graphspec spectrum karate --format csv | head -n 2

# An sdist, a wheel made from it, and both tried in environments of their own.
wheel:
	rm -rf dist $(WHEEL)
	$(PYTHON) -m venv $(WHEEL)/build
	$(WHEEL)/build/bin/python -m pip install --quiet build
	$(WHEEL)/build/bin/python -m build
	for kind in whl tar.gz; do \
		$(PYTHON) -m venv $(WHEEL)/$$kind && \
		$(WHEEL)/$$kind/bin/python -m pip install --quiet dist/graphspec-*.$$kind && \
		(cd $(WHEEL) && $$kind/bin/python ../tests/wheel.py && $$kind/bin/graphspec spectrum karate --format csv > $$kind.csv) \
		|| exit 1; \
	done
	cmp $(WHEEL)/whl.csv $(WHEEL)/tar.gz.csv
	rm -rf $(WHEEL)
	ls -l dist

benchmarks: $(VENV)/.installed
	$(VENV)/bin/python -m benchmarks

$(VENV)/.installed: pyproject.toml $(wildcard graphspec/native/*)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --editable '.[test]'
	touch $@

$(HESSIAN)/.installed: pyproject.toml $(wildcard graphspec/native/*)
	$(PYTHON) -m venv $(HESSIAN)
	$(HESSIAN)/bin/python -m pip install --quiet --editable '.[test,hessian]' 'torch==$(TORCH)'
	touch $@

$(DEMO)/.installed: pyproject.toml $(wildcard graphspec/*.py graphspec/*/*.py graphspec/*.yaml graphspec/native/*)
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet '.[plot]'
	touch $@

clean:
	rm -rf $(VENV) $(HESSIAN) $(DEMO) $(WHEEL) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
