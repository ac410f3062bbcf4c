# seine: `make demo` and `make test` are all that a fresh clone needs; both install what is missing.

GO       ?= go
BIN      := bin/seine
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
APT      := $(shell command -v apt-get 2>/dev/null)
ROOT     := $(shell [ "$$(id -u)" = 0 ] && echo yes)
FUZZTIME ?= 20s
PACKAGES := ./...

# Chrome refuses to run as root with its sandbox. In a container there is nothing else to be, so say it and do it.
ifeq ($(ROOT),yes)
export SEINE_NO_SANDBOX := 1
endif

.DEFAULT_GOAL := help
.PHONY: help build demo test bench soak lint fuzz browser compiler tools players harschema recorder openapilint postman todomvc peers bench-api sandbox clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## compile bin/seine
	@$(GO) build -o $(BIN) ./cmd/seine

demo: build sandbox browser ## grab a film from the built-in site
	@$(BIN) demo

test: sandbox compiler browser tools players harschema recorder openapilint postman todomvc ## run all tests (installs a browser, ffmpeg and npm packages where they are missing)
	CGO_ENABLED=1 $(GO) test -race -timeout 20m $(PACKAGES)
	$(GO) test -run Memory ./assemble/... ./capture ./capture/openapi # the race detector takes memory of its own, so these run without

bench: sandbox browser players peers ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem $(PACKAGES)

soak: tools ## record a faulty channel for half an hour, and watch what that takes
	SEINE_SOAK=30m $(GO) test -run TestSoak -timeout 40m -v ./assemble

bench-api: ## print how much of published APIs is found, and how fast
	$(GO) test -run TestCorpus$$ -v ./capture/openapi | grep -v '^=== '
	$(GO) test -run '^$$' -bench . -benchmem ./capture/openapi

lint: ## run golangci-lint with the import table
	$(GO) run $(GOLANGCI) run ./...

fuzz: ## fuzz each parser for FUZZTIME (20s)
	@for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg || exit 1; \
		done; \
	done

sandbox:
ifeq ($(ROOT),yes)
	@echo "Running as root: Chrome's sandbox is turned off (SEINE_NO_SANDBOX=1)."
endif

browser: build
	@$(BIN) browser install --if-missing --yes

# The race detector needs a C compiler.
compiler:
	@command -v "$$($(GO) env CC)" >/dev/null || { \
		if [ -n "$(APT)" ] && [ "$(ROOT)" = yes ]; then \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends gcc libc6-dev; \
		else \
			echo "The tests run under the race detector, which needs a C compiler: install gcc." >&2; exit 1; \
		fi; }

# ffmpeg and ffprobe are the tests' oracle, and curl runs the commands that are printed for it; seine itself never needs them.
tools:
	@for t in ffmpeg ffprobe curl; do command -v $$t >/dev/null || missing=1; done; \
	if [ -n "$$missing" ]; then \
		if [ -n "$(APT)" ] && [ "$(ROOT)" = yes ]; then \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends ffmpeg curl; \
		else \
			echo "The tests need ffmpeg, ffprobe and curl: install the packages 'ffmpeg' and 'curl' (apt, dnf, pacman, apk, brew)." >&2; exit 1; \
		fi; \
	fi

players: testdata/players/node_modules/.installed

testdata/players/node_modules/.installed: testdata/players/package-lock.json
	@command -v npm >/dev/null || { \
		if [ -n "$(APT)" ] && [ "$(ROOT)" = yes ]; then \
			apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends npm; \
		else \
			echo "The tests need npm for the players that they hold seine against: install Node.js with npm." >&2; exit 1; \
		fi; }
	cd testdata/players && npm ci --no-audit --no-fund
	@touch $@

NPM := harschema recorder openapilint postman todomvc peers

$(NPM): %: testdata/%/node_modules/.installed

$(NPM:%=testdata/%/node_modules/.installed): testdata/%/node_modules/.installed: testdata/%/package-lock.json
	@command -v npm >/dev/null || $(MAKE) --no-print-directory players
	cd testdata/$* && npm ci --no-audit --no-fund
	@touch $@

clean: ## remove what was built
	rm -rf bin testdata/*/node_modules
