# Two commands set up everything: `make explain` and `make test`. The rest is for developers.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
IMAGE ?=
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: explain demo test bench lint docs screenshots neo4j context ontology wheel clean

explain: $(VENV)/.installed        ## explain an image: make explain IMAGE=chest.png
	@image="$(IMAGE)"; if [ -z "$$image" ]; then \
	    image=.thoracite/examples; [ -d $$image ] || $(BIN)/thoracite phantom $$image --number 1 --seed 349 >/dev/null; \
	    image=$$(ls $$image/*.png | head -1); echo "No IMAGE given: explaining the synthetic example $$image"; fi; \
	$(BIN)/thoracite explain "$$image" --html explanation.html --output explanation.json

demo: $(VENV)/.installed           ## the web page on http://127.0.0.1:7860
	$(BIN)/thoracite serve

test: $(VENV)/.tested lint         ## units, contracts, servers, the browser story
	$(BIN)/python -m pytest -m "not bench and not alone" --numprocesses auto --maxprocesses 4 --dist loadgroup
	$(BIN)/python -m pytest -m "alone and not bench"

bench: $(VENV)/.tested             ## scale, load, kill, fuzz, mutants, and every published figure
	$(BIN)/python -m pytest -m bench -s
	for suite in $$($(BIN)/thoracite evaluate list); do $(BIN)/thoracite evaluate $$suite || exit 1; done

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.tested              ## the documents as a site that can be searched: site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

screenshots: $(VENV)/.tested       ## the tutorial's pictures of the page, anew (Chromium)
	$(BIN)/python -m tests.ui.screenshots.take

neo4j: $(VENV)/.installed          ## a genuine Neo4j 5.26 on this machine, without Docker (Java 17, Maven)
	$(BIN)/python -m thoracite.evaluation.servers neo4j

context:                           ## medSpaCy's ConText, a baseline of `evaluate reading`, in an environment of its own
	python3 -m venv .venv-context
	.venv-context/bin/python -m pip install --quiet --disable-pip-version-check 'medspacy==1.3.1'

ontology: $(VENV)/.installed       ## the bundled triples again, from the sources as they come: make ontology KNOWLEDGE=… REPORTS=…
	$(BIN)/thoracite build-ontology "$(KNOWLEDGE)" ontologies
	$(BIN)/thoracite aggregate "$(REPORTS)" --output ontologies/reports_openi.csv --processes 2
	$(BIN)/python -m thoracite.kg.rdf.croissant ontologies

wheel: $(VENV)/.tested
	$(BIN)/uv build --wheel --out-dir dist

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || python3 -m venv $(VENV)
	@command -v uv >/dev/null && ln -sf "$$(command -v uv)" $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -c constraints.txt -e '.[all]'
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -c constraints.txt -e '.[all,test]'
	@touch $@

clean:
	rm -rf $(VENV) dist site .thoracite explanation.html explanation.json
