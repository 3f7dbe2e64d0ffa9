# One line per verb; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help setup demo up run ui status logs down e2e tools images test qa lint bench fuzz-data chaos leak-campaign licences sbom-diff reproducible audit scale-model bench-cluster gitops-up gitops-down publish stage promote rollback gitops-drift clean sandbox-up sandbox-down leak-scan lint-sql update verify lock tf-test tf-values tf-docs tf-plan tf-apply tf-drift tf-comment release sign docs rotate-keys check-contracts dbt-ci dbt-ci-drop restore erase

ORDERS ?= 10000
SEED ?= 360
MUTANTS ?= 10000
ENV ?= staging
FROM ?= staging
TO ?= production
COMMIT ?= HEAD
PLACE ?= google
GITOPS = --place $(PLACE) --context "$(CONTEXT)"
BASE ?= origin/main
BEFORE ?= build/release
AFTER ?= build/images

help: ## list the targets
	@awk -F':.*## ' '/^[a-z][a-z0-9-]*:.*## /{printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
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
e2e: setup ## run the tests against the cluster, the images and GitOps: ARGS="-k name"
	@scripts/e2e.sh $(ARGS)
tools: setup ## bring what the tests of the charts need, without a cluster
	@.venv/bin/python -m scripts.cluster tools
images: setup ## build the images and print their sizes
	@.venv/bin/python -m scripts.images build $(ARGS)
test: setup ## run all tests against the real emulators: ARGS="-k name"
	@.venv/bin/python -m scripts.run_tests $(ARGS)
qa: setup ## run the campaigns that take hours: faults, broken files, hidden personal data, scale
	@scripts/qa.sh
lint: setup ## run every check of code, SQL and YAML
	@scripts/lint.sh
bench: setup ## measure upload, full runs and the ordinary way: ARGS="--orders 10000"
	@.venv/bin/python -m scripts.bench $(ARGS)
fuzz-data: setup ## throw broken files at the intake: MUTANTS=n SEED=n
	@.venv/bin/python -m scripts.fuzz_data --mutants $(MUTANTS) --seed $(SEED)
chaos: setup ## break runs, and compare what the next run makes of it: ARGS="--only words"
	@.venv/bin/python -m scripts.chaos $(ARGS)
leak-campaign: setup ## hide personal data in a delivery, and measure what gets through: ARGS="--orders n"
	@.venv/bin/python -m scripts.leak_campaign $(ARGS)
licences: setup ## list the licences of all that the lock files name, and refuse what an image may not hold
	@.venv/bin/python -m scripts.supply_chain.list_licences
sbom-diff: setup ## say which packages differ between two folders of bills of materials: BEFORE=folder AFTER=folder
	@.venv/bin/python -m scripts.supply_chain.diff_bills "$(BEFORE)" "$(AFTER)"
reproducible: setup ## build every image twice and compare what they hold: ARGS="--only dbt"
	@.venv/bin/python -m scripts.supply_chain.rebuild $(ARGS)
audit: setup ## ask whether what the lock files name has known vulnerabilities
	@scripts/audit.sh
scale-model: setup ## calculate what a run of any size reads and costs on Google Cloud: ARGS="--orders n"
	@.venv/bin/python -m scripts.scale_model $(ARGS)
bench-cluster: setup ## measure a run on the cluster against the sandbox's: ORDERS=n
	@.venv/bin/python -m scripts.cluster bench --orders $(ORDERS) --seed $(SEED)
gitops-up: setup ## put Flux in charge on kind: staging beside production
	@.venv/bin/python -m scripts.gitops up
gitops-down: setup ## take Flux and staging out of kind again
	@.venv/bin/python -m scripts.gitops down
publish: setup ## push charts and values of a commit beside its images: COMMIT=commit PLACE=kind
	@.venv/bin/python -m scripts.gitops $(GITOPS) publish --commit "$(COMMIT)"
stage: setup ## let staging run a published release: COMMIT=commit PLACE=kind
	@.venv/bin/python -m scripts.gitops $(GITOPS) --merge stage --commit "$(COMMIT)"
promote: setup ## let TO run what FROM runs, if that is well: FROM=staging TO=production PLACE=kind MERGE=1
	@.venv/bin/python -m scripts.gitops $(GITOPS) $(if $(MERGE),--merge) promote --from "$(FROM)" --to "$(TO)"
rollback: setup ## let TO run what it ran before: TO=production PLACE=kind MERGE=1
	@.venv/bin/python -m scripts.gitops $(GITOPS) $(if $(MERGE),--merge) rollback --to "$(TO)"
gitops-drift: setup ## say what an environment runs that it should not: TO=production PLACE=kind
	@.venv/bin/python -m scripts.gitops $(GITOPS) drift --to "$(TO)"
clean: ## remove what runs and builds left behind
	@scripts/clean.sh
sandbox-up: setup ## start the emulators and leave them running
	@.venv/bin/python -m scripts.sandbox up
sandbox-down: ## stop the emulators
	@.venv/bin/python -m scripts.sandbox down
restore: setup ## load the raw layer again from the objects of an earlier run: RUN=name
	@.venv/bin/python -m scripts.restore "$(RUN)"
leak-scan: setup ## look for personal data in the open marts of the running sandbox
	@.venv/bin/python -m scripts.leak_scan $(ARGS)
rotate-keys: setup ## give the running sandbox new hash keys while it is read: VERSION=n
	@.venv/bin/python -m scripts.rotate_keys --version "$(VERSION)"
erase: setup ## erase a person: PERSON=customer_unique_id, ON=cluster for kind's
	@$(if $(PERSON),,$(error say who: PERSON=customer_unique_id)).venv/bin/python -m scripts.erase $(if $(ON),--on $(ON))
lint-sql: setup ## check the compiled SQL with Google's own analyzer (needs Go)
	@.venv/bin/python -m scripts.lint_sql
check-contracts: setup ## tell which changes of dbt's tables break their readers: BASE=commit ARGS=--json
	@.venv/bin/python -m scripts.contracts --base "$(BASE)" $(ARGS)
dbt-ci: setup ## build what a pull request changes in its own datasets: PR=n BASE=commit STATE=folder ORDERS=n SEED=n KEEP=1
	@.venv/bin/python -m scripts.dbt_ci build "$(PR)" --base "$(BASE)" --orders $(ORDERS) --seed $(SEED) $(if $(STATE),--state "$(STATE)") $(if $(KEEP),--keep)
dbt-ci-drop: setup ## drop a pull request's datasets: PR=n
	@.venv/bin/python -m scripts.dbt_ci drop "$(PR)"
tf-test: setup ## test the cloud side without a cloud: ARGS="tests/terraform -k access"
	@scripts/tf_test.sh $(ARGS)
tf-values: setup ## write what Terraform knows into the charts' values: ENV=staging OUTPUTS=file
	@.venv/bin/python -m scripts.terraform values $(ENV) $(if $(OUTPUTS),--outputs "$(OUTPUTS)")
tf-docs: setup ## write the tables of terraform/README.md again
	@.venv/bin/python -m scripts.terraform docs
tf-plan: setup ## plan the cloud side against its state, changing nothing: ENV=staging
	@.venv/bin/python -m scripts.terraform plan $(ENV)
tf-apply: setup ## plan the cloud side and make the plan true: ENV=staging
	@.venv/bin/python -m scripts.terraform apply $(ENV)
tf-drift: setup ## fail with the difference when the cloud is not as terraform/ says: ENV=staging
	@.venv/bin/python -m scripts.terraform drift $(ENV)
tf-comment: setup ## put the plans of tf-plan into a pull request: PR=number
	@.venv/bin/python -m scripts.terraform comment $(PR)
release: setup ## build, scan, push and sign the images of this commit: needs C360_REGISTRY
	@.venv/bin/python -m scripts.release
sign: setup ## sign what else was pushed under this commit's tag: NAME=release, needs C360_REGISTRY
	@.venv/bin/python -m scripts.release --sign "$(NAME)"
docs: demo ## the demo's report and dbt's documentation as a site in build/site
	@scripts/site.sh
update: setup ## write the files derived from the source catalogue again
	@.venv/bin/python -m scripts.catalogue update
verify: setup ## prove that no derived file is stale
	@.venv/bin/python -m scripts.catalogue verify
lock: ## resolve requirements/*.in into hash-locked files: ARGS=--upgrade
	@scripts/lock.sh $(ARGS)
