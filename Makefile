# What a contributor calls. The first run makes .venv with pinned packages; PYTHON=... chooses the interpreter.
PYTHON =
ARGS =
SECONDS = 30
SEED = 1
# Tests run in one process more than there are processors (tests/conftest.py), at most four, a file at a time; each has
# engines of its own.
AT_ONCE = -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
VENV = PYTHON='$(PYTHON)' sh deploy/venv.sh
BIN = .venv/bin/python
COMPILE = CUSTOM_COMPILE_COMMAND='make lock' $(BIN) -m piptools compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# Tests import all of it in each of their processes, and start dozens more: what was compiled once is kept for the next.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test matrix guards chaos bench lint format lock clean

help:
	@echo 'make run     start Recado (everything, on this machine)'
	@echo 'make test    run the tests; ARGS="tests/channels -x" chooses some, AT_ONCE= runs them one by one'
	@echo 'make matrix  let a process die at every moment, twice; ARGS="--first K" bounds it'
	@echo 'make guards  remove each guard, alone and in pairs, and see whether it is missed; ARGS="fence" chooses'
	@echo 'make chaos   kill the running program at seeded moments; SECONDS=600 SEED=2 chooses'
	@echo 'make bench   measure, beside other workers; ARGS="worker --quick" chooses parts'
	@echo 'make lint    formatting, lint, types, import rules'
	@echo 'make format  write the formatting'
	@echo 'make lock    pin the versions of requirements*.in anew'
	@echo 'make clean   remove .venv and caches; your data in .recado stays'

run:
	@$(VENV) requirements.txt
	@exec $(BIN) -m bot up

test:
	@$(VENV) requirements-dev.txt
	@exec $(BIN) -m pytest $(AT_ONCE) $(ARGS)

matrix:
	@$(VENV) requirements-dev.txt
	@exec $(BIN) -m tests.matrix $(ARGS)

guards:
	@$(VENV) requirements-dev.txt
	@exec $(BIN) -m tests.guards $(ARGS)

chaos:
	@$(VENV) requirements-dev.txt
	@exec $(BIN) -m tests.chaos --seconds $(SECONDS) --seed $(SEED) $(ARGS)

bench:
	@$(VENV) requirements-dev.txt
	@exec $(BIN) -m benchmarks $(ARGS)

lint:
	@$(VENV) requirements-dev.txt
	@$(BIN) -m ruff format --check .
	@$(BIN) -m ruff check .
	@$(BIN) -m mypy
	@.venv/bin/lint-imports

format:
	@$(VENV) requirements-dev.txt
	@$(BIN) -m ruff check --fix --exit-zero .
	@$(BIN) -m ruff format .

# On the oldest Python we support: what only newer ones need is rarer than what only older ones need.
lock:
	@$(VENV) requirements-dev.txt
	@$(COMPILE) --upgrade --output-file=requirements.txt requirements.in
	@$(COMPILE) --upgrade --constraint=requirements.txt --output-file=requirements-mcp.txt requirements-mcp.in
	@$(COMPILE) --upgrade --constraint=requirements-mcp.txt --output-file=requirements-dev.txt requirements-dev.in

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
