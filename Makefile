# Everything a developer runs. `make check` is the one gate.
VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: env test lint check format demo bench trust pocket-encoders docs docs-tables rehearsals real-test parity-test slow-test cluster-test browser-test network-test clean

env: $(STAMP)            ## create .venv with pinned dependencies

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
# torch first and alone: its pin selects the CPU build, anything else would pull the CUDA stack
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

test: env                ## the default tests: offline, on tiny fakes; those of the house are `make lint`'s
	$(BIN)/pytest --numprocesses 2 --dist loadscope --ignore tests/test_house.py

lint: env                ## format, lint, types, import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/pytest tests/test_house.py

check: lint test         ## the one gate

format: env              ## rewrite to the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

demo: env                ## the whole pipeline on the pocket world, in minutes
	$(BIN)/stiltwalk demo

bench: env               ## us and the peers in turn, for docs/performance.md (half an hour; let nothing else run)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks

trust: env               ## how often the statistics are right, for docs/statistics.md (let nothing else run)
	$(BIN)/python -m trust --write --cache .trust

pocket-encoders: env     ## make the packaged encoders anew (about half an hour on 2 cores)
	$(BIN)/python scripts/pack_pocket_encoders.py --store .pocket-encoders

rehearsals: env          ## the six presets at pocket scale and their verdicts, for docs/verdicts.md (an hour)
	$(BIN)/python scripts/rehearsals.py --store .rehearsals

docs: env                ## the site of the documents, in site/; a warning is an error
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-tables: env         ## write what is generated of docs/ anew: tables, and the schema of study files
	$(BIN)/python scripts/docs_tables.py

real-test: env           ## the pipeline on the real files in ../shared/data (about an hour)
	$(BIN)/pytest -m real

parity-test: env         ## other projects' scorers beside ours; STILTWALK_ORIGINALS names their folder
	$(BIN)/pytest -m parity

slow-test: env           ## the long proofs on tiny fakes
	$(BIN)/pytest -m slow

cluster-test: env        ## real Ray and SLURM clusters made on this machine: a Debian, as root
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[ray,slurm]'
	tests/cluster/slurm.sh
	SLURM_CONF=$$(tests/cluster/slurm.sh --conf) $(BIN)/pytest -m cluster tests/cluster; \
	    code=$$?; tests/cluster/slurm.sh --stop; exit $$code

browser-test: env        ## reports in a headless browser, tables through pdflatex: a Debian, as root where they are missing
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[browser]'
	tests/browser/install.sh
	$(BIN)/pytest -m browser

network-test: env        ## asks the real databases of papers, a few requests each; needs the network
	$(BIN)/pytest -m network

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
