.DEFAULT_GOAL := help
.PHONY: help run test test-swift check bench bench-sdk size docs schema format build-web

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 16

run: build-web ## Build everything and serve on http://127.0.0.1:8080, data in ./data
	cargo run --locked --release --package causerie-api --bin causerie

test: ## Run every test; `make test STAGES="rust kotlin"` runs some
	scripts/install-test-tools
	scripts/test-env node tests/run.mjs $(STAGES)

test-swift: ## Run the tests of the Swift package; sets up Debian's Swift (1.4 GB) where there is none
	scripts/test-swift

check: ## Format, lints, layout, generated files, licences and advisories
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	cargo test --locked --package causerie-tests --test tidy
	cargo test --locked --package causerie-api schema
	scripts/npm-install web
	npm --prefix web run lint
	npm --prefix web run typecheck
	npm --prefix web run codegen:check
	scripts/check-dependencies

bench: ## Measure the server beside others, in less than ten minutes
	scripts/npm-install tests/bench/peers
	CAUSERIE_TEST_DURABLE=1 scripts/test-env \
		cargo run --locked --release --package causerie-bench -- --short

bench-sdk: ## Measure the SDK: cold start, catching up, memory
	cargo build --locked --release --package causerie-api
	CAUSERIE_BIN=$$(cargo metadata --format-version=1 --no-deps \
		| sed -E 's/.*"target_directory":"([^"]*)".*/\1/')/release/causerie \
		cargo run --locked --release --package causerie-sdk --example numbers

size: ## Build the library that phones load, and fail when it is too large
	scripts/check-size

docs: ## Write the documentation of the Kotlin package; that of the Swift package comes of make test-swift
	cd mobile-bindings/kotlin && mvn --batch-mode --no-transfer-progress compile dokka:dokka

schema: ## Write schema.graphql, and the types that the web app makes of it
	UPDATE_SCHEMA=1 cargo test --package causerie-api schema
	scripts/npm-install web
	npm --prefix web run codegen

format: ## Format the Rust and the TypeScript
	cargo fmt --all
	scripts/npm-install web
	npm --prefix web run format

build-web: ## Build the web bundle into web/dist if it is out of date
	scripts/build-web
