# SPDX-License-Identifier: Apache-2.0
# What one does with this repository. Each target is a thin name for a script; the scripts hold the how.

BINARY  := .build/release/sluice
SOURCES := Package.swift $(wildcard Package.resolved) $(shell find Sources)

.PHONY: help run build check test e2e bench soak fuzz format setup clean
.DEFAULT_GOAL := help
.NOTPARALLEL:

help:  ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: setup $(BINARY)  ## build if needed, start the gateway, print a key and snippets to paste
	@scripts/run

build: setup $(BINARY)  ## the release binary

# Depends on the times of files and folders, so that an unchanged tree never waits for the package manager.
$(BINARY): $(SOURCES)
	@scripts/build

check: setup  ## formatting, build with import check, unit tests: before every commit
	swift format lint --strict --recursive Package.swift Sources Tests
	swift build --build-tests --explicit-target-dependency-import-check error
	@scripts/unit

test: setup  ## everything: unit tests, fuzz smoke, end to end against the release binary
	@scripts/setup test
	swift build --build-tests --explicit-target-dependency-import-check error
	@scripts/unit
	$(if $(wildcard scripts/fuzz),scripts/fuzz smoke)
	@$(MAKE) --no-print-directory $(BINARY)
	@scripts/e2e

e2e: setup $(BINARY)  ## only the end-to-end tests; ARGS='-k drain' narrows them
	@scripts/setup test
	@scripts/e2e $(ARGS)

bench: setup $(BINARY)  ## ratios to nginx in one run; ARGS='--quick' for a first look
	@scripts/setup bench
	@Benchmarks/run $(ARGS)

soak: setup $(BINARY)  ## 300,000 requests: memory and descriptors must stay flat
	@scripts/setup bench
	@scripts/soak

fuzz: setup  ## fuzz each parser; SECONDS=600 for longer
	@scripts/fuzz $(SECONDS)

format:  ## rewrite the sources in the project's format
	swift format format --in-place --recursive Package.swift Sources Tests

setup:  ## install the Debian packages that are missing
	@scripts/setup run

clean:  ## remove what was built; var/ (keys and data) stays
	rm -rf .build
