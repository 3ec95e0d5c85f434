# One command for each thing that people do here; `make` alone lists them. Works with GNU Make 3.81 (macOS) and newer.
.DEFAULT_GOAL := help
.PHONY: help run test train evaluate benchmark lint audit sbom requirements clean serving-set train-set dev-set

VENV := .venv
BIN := $(VENV)/bin
PORT = 8501
DATA = data/fer2013.csv
MODEL = model/emotion_cnn.keras
SPLIT = PrivateTest
ARGS =
SBOM = artifacts/sbom.json
PIP_AUDIT = 2.10.1 # Apache-2.0; in an environment of its own, as it pins pip and two dozen packages that nothing else needs
PYTHONS = python3.13 python3.12 python3.11 python3
CHECK_VERSION = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
CHECK_VENV = import ensurepip, venv

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "Settings: PYTHON=python3.12 for another Python, PORT=8502 for run, ARGS='-k faces' for test, train, evaluate"

run: serving-set ## install what is missing and open the app on http://localhost:8501
	$(BIN)/streamlit run app.py --server.port=$(PORT) --server.address=localhost

test: dev-set ## install what is missing and run all tests
	$(BIN)/python -m tests $(ARGS)

train: train-set ## train the network on FER-2013 (DATA=data/fer2013.csv)
	$(BIN)/python -m training.train --data $(DATA) $(ARGS)

evaluate: train-set ## measure a network (MODEL=model/emotion_cnn.keras SPLIT=PrivateTest)
	$(BIN)/python -m training.evaluate --model $(MODEL) --data $(DATA) --split $(SPLIT) $(ARGS)

benchmark: dev-set ## time a stream against the usual way
	$(BIN)/python -m tests.benchmarks.live $(ARGS)

lint: dev-set ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy emotion training app.py
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@if [ -x $(BIN)/hadolint ]; then echo $(BIN)/hadolint Dockerfile; $(BIN)/hadolint Dockerfile; fi

audit: dev-set ## ask PyPI for known vulnerabilities of what hosts install
	$(BIN)/uv tool run --from pip-audit==$(PIP_AUDIT) pip-audit --strict --disable-pip --no-deps -r requirements.txt $(ARGS)

sbom: dev-set ## write what hosts install as a CycloneDX list (SBOM=artifacts/sbom.json)
	@mkdir -p $(dir $(SBOM))
	$(BIN)/python -W ignore::UserWarning -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml --output-reproducible -o $(SBOM)

requirements: dev-set ## compile requirements*.txt from requirements*.in (ARGS=--upgrade for newer versions)
	$(call compile,requirements) $(ARGS)
	$(call compile,requirements-train) -c requirements.txt $(ARGS)
	$(call compile,requirements-dev) -c requirements-train.txt $(ARGS)

clean: ## remove caches; never data, runs, models or .venv
	rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis artifacts
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Each set contains the one before it with the same versions, so one .venv serves all commands.
serving-set:
	@$(call install,requirements.txt,requirements-train.txt requirements-dev.txt)
train-set:
	@$(call install,requirements-train.txt,requirements-dev.txt)
dev-set:
	@$(call install,requirements-dev.txt,)

# $(call install,FILE,FILES THAT CONTAIN IT): nothing to do where one of them is what was installed last. The copy in
# installed/ is removed first and written last, so that an interrupted installation starts over.
define install
set -e; \
fail() { echo "$$1" >&2; exit 1; }; \
for set in $(1) $(2); do if cmp -s $$set $(VENV)/installed/$$set; then exit 0; fi; done; \
if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	python=; found=; \
	for name in $(if $(PYTHON),"$(PYTHON)",$(PYTHONS)); do \
		"$$name" -c '$(CHECK_VERSION)' 2>/dev/null || continue; \
		found=$$name; \
		if "$$name" -c '$(CHECK_VENV)' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	[ -n "$$found" ] || fail "$(NO_PYTHON)"; \
	[ -n "$$python" ] || fail "$$found has no venv module: on Debian or Ubuntu run 'apt-get install $$("$$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')' (or python3-venv) as root, then this again."; \
	echo "Creating $(VENV) with $$python"; \
	"$$python" -m venv --clear $(VENV) || fail "$$python could not create $(VENV): is the disk full or the folder read-only?"; \
fi; \
$(BIN)/python -c '$(CHECK_VERSION)' || fail "$(VENV) holds a Python other than 3.11, 3.12 or 3.13: remove it (rm -rf $(VENV)), then run this again."; \
rm -rf $(VENV)/installed; \
echo "Installing $(1) into $(VENV) (some minutes the first time)"; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1) || fail "Installing $(1) failed, pip says why above: check the network (behind a proxy, set HTTPS_PROXY) and the disk space, then run this again."; \
mkdir -p $(VENV)/installed; \
cp $(1) $(VENV)/installed/
endef

NO_PYTHON = $(if $(PYTHON),$(PYTHON) is not,Found no) Python 3.11, 3.12 or 3.13: on Debian or Ubuntu run 'apt-get install \
python3 python3-venv' as root, on macOS 'brew install python@3.13', or name one: make PYTHON=/path/to/python3.12 TARGET

# Resolved for every Python from 3.11 on and every system at once; no address of a package index is written.
define compile
$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make requirements" $(1).in -o $(1).txt
endef
