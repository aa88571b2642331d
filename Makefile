# What the project is set up, shown and checked with; each target says what it does in one line.
PYTHON ?= python3
PROMPT ?= Answer new hires' questions about our handbook
DOCS ?=
UI ?= streamlit
export PROMPT DOCS UI
export UV_COMPILE_BYTECODE = 1
BIN := .venv/bin
# A file's tests share one server or Hub, so they stay together; tests/conftest.py says which begin.
EACH_FILE_ONCE := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-slow lint format bench demos lock clean

demo: .venv/ready ## make a prototype from PROMPT (over DOCS, with UI) and open it
	@$(BIN)/protokit demo "$$PROMPT" $${DOCS:+--docs "$$DOCS"} --ui "$$UI" --yes --out "prototypes/demo-$$(date +%Y%m%d-%H%M%S)"

test: .venv/ready ## the tests that a change must pass
	$(BIN)/pytest $(EACH_FILE_ONCE) -m "not slow"

test-slow: .venv/ready ## the few that take longer
	$(BIN)/pytest $(EACH_FILE_ONCE) -m slow

lint: .venv/ready ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/ready ## the numbers of README.md; those over labelled data need DATA=FOLDER
	$(BIN)/python -m benchmarks.new
	$(BIN)/python -m benchmarks.pages
	$(BIN)/python -m benchmarks.samples
	$(BIN)/python -m benchmarks.drafting
	$(BIN)/python -m benchmarks.update --cases 40 --tools protokit
	$(BIN)/python -m benchmarks.hub
	@test -z "$(DATA)" || $(BIN)/python -m benchmarks.retrieval "$(DATA)"
	@test -z "$(DATA)" || $(BIN)/python -m benchmarks.grounding "$(DATA)/grounding"

demos: .venv/ready ## make again what is made: the prototypes in demos/, the blueprints' files for cookiecutter
	$(BIN)/python -m demos.make
	$(BIN)/python -m protokit.authoring.cookiecutter_bridge

COMPILE = $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url

lock: ## resolve the dependencies again, for development and for the prototypes of each screen
	$(COMPILE) --all-extras --upgrade -o constraints.txt
	for screen in streamlit gradio; do \
	  file="blueprints/common/$$screen/{{cookiecutter.slug}}/requirements.txt"; \
	  { echo "# What this prototype was made and tested with: pip install -r requirements.txt"; \
	    echo "protokit-studio[{{cookiecutter.screen}},docs]=={{cookiecutter.version}}"; \
	    $(COMPILE) --extra $$screen --extra docs -c constraints.txt; \
	    echo "pytest==$$(sed -n 's/^pytest==//p' constraints.txt)"; } > "$$file"; \
	done

# Python with what it needs, the newest versions that were tested together.
.venv/ready: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	$(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e ".[streamlit,gradio,docs,ocr,langchain,hub,serve,mcp,postgres,dev]"
	@touch $@

clean:
	rm -rf .venv build dist
