# One line per verb; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help setup demo up run ui status logs down e2e tools images test lint bench bench-cluster clean sandbox-up sandbox-down leak-scan erase lint-sql update verify lock tf-test tf-values tf-docs

ORDERS ?= 10000
SEED ?= 360
ENV ?= staging

help: ## list the targets
	@awk -F':.*## ' '/^[a-z][a-z0-9-]*:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
setup: ## make the Python environments from the lock files
	@scripts/setup.sh
demo: setup ## run the whole pipeline here: SOURCE=folder ORDERS=n SEED=n KEEP=1
	@.venv/bin/python -m scripts.demo --source "$(SOURCE)" --orders $(ORDERS) --seed $(SEED) $(if $(KEEP),--keep)
up: setup ## bring up the kind cluster with Airflow and everything it needs
	@.venv/bin/python -m scripts.cluster up
run: setup ## run the Dag on the cluster: SOURCE=folder ORDERS=n SEED=n
	@.venv/bin/python -m scripts.cluster run --source "$(SOURCE)" --orders $(ORDERS) --seed $(SEED)
ui: setup ## say where the Airflow UI is and how to log in
	@.venv/bin/python -m scripts.cluster ui
status: setup ## show what runs on the cluster, and whether it is well
	@.venv/bin/python -m scripts.cluster status
logs: setup ## show the last lines of a component: NAME=scheduler
	@.venv/bin/python -m scripts.cluster logs $(NAME)
down: setup ## remove the cluster; what was built for it stays cached
	@.venv/bin/python -m scripts.cluster down
e2e: setup ## run the tests against the cluster and the images: ARGS="-k name"
	@scripts/e2e.sh $(ARGS)
tools: setup ## bring helm and the official chart, without a cluster
	@.venv/bin/python -m scripts.cluster tools
images: setup ## build the images and print their sizes
	@.venv/bin/python -m scripts.images build $(ARGS)
test: setup ## run all tests against the real emulators: ARGS="-k name"
	@scripts/test.sh $(ARGS)
lint: setup ## run every check of code, SQL and YAML
	@scripts/lint.sh
bench: setup ## measure upload, full runs and the ordinary way: ARGS="--orders 10000"
	@.venv/bin/python -m scripts.bench $(ARGS)
bench-cluster: setup ## measure a run on the cluster against the sandbox's: ORDERS=n
	@.venv/bin/python -m scripts.cluster bench --orders $(ORDERS) --seed $(SEED)
clean: ## remove what runs and builds left behind
	@scripts/clean.sh
sandbox-up: setup ## start the emulators and leave them running
	@.venv/bin/python -m scripts.sandbox up
sandbox-down: ## stop the emulators
	@.venv/bin/python -m scripts.sandbox down
leak-scan: setup ## look for personal data in the open marts of the running sandbox
	@.venv/bin/python -m scripts.leak_scan $(ARGS)
erase: setup ## erase a person: PERSON=customer_unique_id, ON=cluster for kind's
	@$(if $(PERSON),,$(error say who: PERSON=customer_unique_id)).venv/bin/python -m scripts.erase $(if $(ON),--on $(ON))
lint-sql: setup ## check the compiled SQL with Google's own analyzer (needs Go)
	@.venv/bin/python -m scripts.lint_sql
tf-test: setup ## test the cloud side without a cloud: ARGS="tests/terraform -k access"
	@scripts/tf_test.sh $(ARGS)
tf-values: setup ## write what Terraform knows into the charts' values: ENV=staging OUTPUTS=file
	@.venv/bin/python -m scripts.terraform values $(ENV) $(if $(OUTPUTS),--outputs "$(OUTPUTS)")
tf-docs: setup ## write the tables of terraform/README.md again
	@.venv/bin/python -m scripts.terraform docs
update: setup ## write the files derived from the source catalogue again
	@.venv/bin/python -m scripts.catalogue update
verify: setup ## prove that no derived file is stale
	@.venv/bin/python -m scripts.catalogue verify
lock: ## resolve requirements/*.in into hash-locked files: ARGS=--upgrade
	@scripts/lock.sh $(ARGS)
