# The way in: `make` lists the targets, CONTRIBUTING.md explains them. All that is made lies in .venv, .cache and
# tests/output, but for the cache of ansible-test (~/.cache/dockenv-ansible-test).

SHELL := /bin/sh
PYTHON ?= python3
VENV := $(CURDIR)/.venv
OLDEST := .cache/oldest
TARBALL := tests/output/dockenv-python-$(shell sed -n 's/^version: //p' galaxy.yml).tar.gz
# The scenario `bench` only brings up the host that `make bench` measures on, `hosts` makes what READY_SCENARIOS start with.
SCENARIOS := $(filter-out bench hosts,$(sort $(patsubst molecule/%/molecule.yml,%,$(wildcard molecule/*/molecule.yml))))

READY_SCENARIOS := $(patsubst molecule/%/molecule.yml,%,$(shell grep --files-with-matches dockenv-testbed-ready molecule/*/molecule.yml))

# Ready-made environments, each a file that is written last.
CORE_READY := .venv/core-ready
TOOLS_READY := .venv/tools-ready
OLDEST_READY := $(OLDEST)/ready
COLLECTIONS_READY := .cache/collections/ready
READY := $(TOOLS_READY) $(COLLECTIONS_READY)

ANSIBLE_TEST := $(PYTHON) tests/tools/ansible_test.py
PART := tests/tools/part.sh
# Parts of `make test` that run side by side.
JOBS ?= 3
# Whole modules run with real virtualenvs, minutes for each Python: at both ends of what is supported, not between.
OLDEST_TARGET := 3.9
python_of = $(shell $(1)/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
UNIT_FOLDERS := $(wildcard tests/unit/plugins/*/ tests/unit/repository/)
# The longest come first, so that no other waits for them in the end.
LONGEST := molecule-default molecule-envs unit molecule-upstream molecule-venv_image molecule-modules molecule-buildout
SHORTER := $(addprefix molecule-,$(SCENARIOS)) lint docs-lint engine infrastructure sanity
PARTS := testbed-up testbed-hosts build $(LONGEST) $(filter-out $(LONGEST),$(SHORTER))

# Everything finds the checkout as a collection, with the collections it needs, in here and nowhere else.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/collections
export MOLECULE_GLOB := molecule/*/molecule.yml
export PATH := $(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format docs-lint docs build unit sanity install-test infrastructure engine-test engine molecule testbed-up testbed-hosts testbed-down bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- for users

demo: $(CORE_READY) $(COLLECTIONS_READY) ## make this machine a Docker host and try docker-python on it
	ansible-playbook --inventory playbooks/inventory/localhost.yml $(BECOME) playbooks/demo.yml

# Root needs no sudo; a user whose sudo asks for a password is asked once, at the start.
BECOME = $(shell [ "$$(id -u)" = 0 ] || { printf '%s' --become; sudo -n true 2>/dev/null || printf ' %s' --ask-become-pass; })

# --- all checks

test: $(READY) $(OLDEST_READY) ## all that .ci/run runs: every check, side by side; logs in tests/output/logs
	@rm -rf tests/output/logs
	@$(MAKE) --no-print-directory --keep-going --jobs=$(JOBS) $(addprefix part-,$(PARTS)); status=$$?; \
	$(PART) testbed-down $(MAKE) --no-print-directory testbed-down || status=1; \
	printf '\nSummary\n'; cat tests/output/logs/*.result; exit $$status

part-%:
	@$(PART) $* $(MAKE) --no-print-directory $*

part-infrastructure: part-testbed-up part-build
part-engine part-testbed-hosts: part-testbed-up
$(addprefix part-molecule-,$(SCENARIOS)): part-testbed-up
$(addprefix part-molecule-,$(READY_SCENARIOS)): part-testbed-hosts

# --- each check

lint: $(READY) ## ruff, yamllint, ansible-lint with its profile for production
	@status=0; for check in "ruff check" "ruff format --check" "yamllint --strict ." "ansible-lint --offline"; do \
	  echo "== $$check"; $$check || status=1; \
	done; exit $$status

format: $(TOOLS_READY) ## let ruff write Python as `make lint` wants it
	ruff check --fix
	ruff format

docs-lint: $(READY) ## documentation of plugins and roles, variable tables, changelog fragments
	antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=dependent .
	python tests/tools/role_readme.py --check
	antsibull-changelog lint

docs: $(READY) ## write the variable tables of the roles' README files
	python tests/tools/role_readme.py

unit: $(READY) $(OLDEST_READY) ## unit tests, on all Pythons with the newest ansible-core, at both ends with the oldest; TESTS=path
ifdef TESTS
	@status=0; \
	for python in $(OLDEST_TARGET) $(call python_of,$(OLDEST)); do \
	  $(ANSIBLE_TEST) $(OLDEST) units --venv --color no --python $$python $(TESTS) || status=1; \
	done; \
	$(ANSIBLE_TEST) .venv units --venv --color no $(TESTS) || status=1; \
	exit $$status
else
	@$(MAKE) --no-print-directory unit TESTS="$(filter-out tests/unit/plugins/modules/,$(UNIT_FOLDERS))"; status=$$?; \
	$(ANSIBLE_TEST) $(OLDEST) units --venv --color no --python $(OLDEST_TARGET) tests/unit/plugins/modules/ || status=1; \
	$(ANSIBLE_TEST) .venv units --venv --color no --python $(call python_of,.venv) tests/unit/plugins/modules/ || status=1; \
	exit $$status
endif

sanity: $(READY) $(OLDEST_READY) ## ansible-test sanity, on the oldest and the newest ansible-core
	@status=0; for environment in $(OLDEST) .venv; do \
	  $(ANSIBLE_TEST) $$environment sanity --venv --color no $(TESTS) || status=1; \
	done; exit $$status

build: $(READY) ## the collection as a tarball in tests/output, its content checked
	ansible-galaxy collection build --force --output-path tests/output
	python tests/tools/check_tarball.py $(TARBALL)

install-test: testbed-up build ## the tarball in an empty infrastructure repository, its role on a host
	@$(MAKE) --no-print-directory infrastructure

infrastructure: $(READY)
	tests/infrastructure/run.sh $(TARBALL)

engine-test: testbed-up ## what talks to the engine, against the one of this machine; TESTS=path
	@$(MAKE) --no-print-directory engine

engine: $(READY)
	DOCKENV_TEST_IMAGE=dockenv-testbed-base:trixie pytest $(if $(TESTS),$(TESTS),tests/engine)

molecule: ## all molecule scenarios side by side, or SCENARIO=name
ifdef SCENARIO
	@$(MAKE) --no-print-directory testbed-up $(if $(filter $(SCENARIO),$(READY_SCENARIOS)),testbed-hosts) molecule-$(SCENARIO)
else
	@$(MAKE) --no-print-directory --keep-going --jobs=$(JOBS) $(addprefix part-molecule-,$(SCENARIOS))
endif

molecule-%: $(READY)
	molecule test --scenario-name $*

testbed-up: $(READY) ## an engine on this machine, and the images of the test hosts
	ansible-playbook --inventory playbooks/inventory/localhost.yml tests/testbed/up.yml

testbed-hosts: $(READY) ## images of hosts that the role has made, for scenarios that are not about the role
	molecule test --scenario-name hosts

testbed-down: $(READY) ## remove the test hosts; stop the engine if the test bed started it
	ansible-playbook --inventory playbooks/inventory/localhost.yml tests/testbed/down.yml

bench: testbed-up testbed-hosts ## the figures of docs/benchmarks.md; WRITE=--write puts them there
	molecule destroy --scenario-name bench
	molecule converge --scenario-name bench
	python tests/bench host envs venv_image $(WRITE)
	molecule destroy --scenario-name bench

# --- environments

$(CORE_READY): tests/requirements/tools.txt tests/tools/bootstrap.py
	$(PYTHON) tests/tools/bootstrap.py core
	@touch $@

$(TOOLS_READY): tests/requirements/tools.txt tests/tools/bootstrap.py
	$(PYTHON) tests/tools/bootstrap.py tools
	@touch $(CORE_READY) $@

$(OLDEST_READY): tests/requirements/oldest.txt tests/tools/bootstrap.py | $(TOOLS_READY)
	$(PYTHON) tests/tools/bootstrap.py oldest
	@touch $@

$(COLLECTIONS_READY): tests/requirements/collections.txt tests/tools/collections_path.py | $(CORE_READY)
	$(PYTHON) tests/tools/collections_path.py .cache/collections
	@touch $@

UV_COMPILE := .cache/uv/bin/uv pip compile --quiet --upgrade --universal --no-annotate --python-version=3.11 \
  --custom-compile-command="make lock"

lock: $(TOOLS_READY) ## pin the newest releases of the development tools
	$(UV_COMPILE) --output-file=tests/requirements/tools.txt tests/requirements/tools.in
	$(UV_COMPILE) --output-file=tests/requirements/oldest.txt tests/requirements/oldest.in

clean: ## remove what was made here; `make testbed-down` first, if hosts are running
	rm -rf .venv .cache .ansible tests/output
	find . -name __pycache__ -prune -exec rm -rf {} +
