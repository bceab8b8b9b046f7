SHELL := /bin/bash
.PHONY: run test test-address test-thread test-pages test-models test-examples fuzz results mutants bench docs lint setup setup-pages setup-models

# System packages, and how to see that each is there.
BLAS_PACKAGES := libopenblas-dev pkg-config
PLOT_PACKAGES := gnuplot-nox
PYTHON_PACKAGES := python3 python3-venv
BROWSER_PACKAGES := chromium
comma := ,

# The library, as the folders of its sources: all but the program and what only names a library of the system.
MODULES := $(filter-out tilebound COpenBLAS,$(notdir $(wildcard Sources/*)))

# Installs the packages that the shell variable `missing` names, if any, or says what to do; $(1) says what they are for.
define install_missing
if [ -n "$$missing" ]; then \
  if ! command -v apt-get >/dev/null; then \
    echo "make: install $(1) (Debian: $$missing)" >&2; exit 1; fi; \
  if [ "$$(id -u)" -eq 0 ]; then as_root=""; \
  elif command -v sudo >/dev/null; then as_root=sudo; \
  else echo "make: $$missing must be installed: run 'apt-get install $$missing' as root" >&2; exit 1; fi; \
  $$as_root apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing || \
  { echo "make: could not install $$missing with apt-get" >&2; exit 1; }; \
fi
endef

run: setup
	swift build -c release --product tilebound
	.build/release/tilebound optimize --network alexnet --capacity 64KiB

# All tests that need nothing besides, optimized, where they take minutes less; every check of the sources stays on.
test: setup
	swift test -c release --skip ModelZooTests --skip ReportPageTests

# The same but for the exhaustive ones, with every access to memory checked.
test-address: setup
	ASAN_OPTIONS=detect_leaks=0 swift test -c release --sanitize=address --scratch-path .build-address \
	  --skip ExhaustiveTests --skip ModelZooTests --skip ReportPageTests

# Searches and sweeps on several threads, with every access checked for races. A full disk is no place for the sanitizer.
test-thread: setup
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.supp \
	swift test -c release --sanitize=thread --scratch-path .build-thread \
	  --filter 'MappingSearchTests|SweepsTests|DeterminismTests|SweepCommandTests|KilledSweepTests' --skip fullDisk

# Models of the onnx and zigzag-dse packages as they are imported, and as the onnx package itself understands them.
test-models: setup-models
	swift test -c release --filter ModelZooTests

# Reports as a browser shows them, in headless Chromium.
test-pages: setup-pages
	swift test -c release --filter ReportPageTests

# Programs that use the library, in a package of their own: each prints what is kept beside it.
test-examples: setup
	swift build --package-path Examples
	Examples/.build/debug/OptimizeLayer | diff Examples/expected/OptimizeLayer.txt -
	Examples/.build/debug/SweepCapacities | diff Examples/expected/SweepCapacities.csv -
	Examples/.build/debug/NetworkGap configs/networks/resnet18.yaml 64KiB | diff Examples/expected/NetworkGap.csv -

# The tables of results/README.md made anew, in .build-results, and compared with those that are kept, but for
# the commit and the processor's kernel that an index names; and the report on them, which is not kept.
results: setup
	swift build -c release --product tilebound
	rm -rf .build-results
	mkdir -p .build-results/results/plots
	cp results/built-in.yaml .build-results/results
	cd .build-results && PATH="$(CURDIR)/.build/release:$$PATH" && \
	tilebound sweep results/built-in.yaml --output results/built-in.csv --quiet && \
	tilebound curve --network resnet50 --capacity 1KiB...1MiB --quiet --plot results/plots/resnet50.svg >/dev/null && \
	for file in $$(find results -type f); do \
	  cmp <(grep -vE '"(commit|blas_core)" :' $$file) <(grep -vE '"(commit|blas_core)" :' ../$$file) || { echo "$$file differs" >&2; exit 1; }; \
	  echo "$$file: the same"; done
	cd .build-results && PATH="$(CURDIR)/.build/release:$$PATH" && \
	tilebound report results/built-in.csv --title "Optima of the built-in networks" --output results/built-in.html

# Inputs made by libFuzzer, from those kept in Fuzz/corpus on, for every reader and for closed form against replay. What
# is found stays in .build-fuzz. A long run: make fuzz FUZZ_RUNS=10000000 FUZZ_TARGETS="onnx nest"
FUZZ_RUNS := 3000
FUZZ_TARGETS := $(notdir $(wildcard Fuzz/corpus/*))
FUZZ := Fuzz/.build/release/Fuzz
fuzz: setup
	swift build --package-path Fuzz -c release --sanitize=fuzzer --sanitize=address -Xswiftc -sanitize=fuzzer,address
	@set -e; for target in $(FUZZ_TARGETS); do \
	  mkdir -p .build-fuzz/$$target; \
	  echo "$$target"; \
	  TARGET=$$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 $(FUZZ) .build-fuzz/$$target \
	    Fuzz/corpus/$$target -runs=$(FUZZ_RUNS) -seed=1 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix=.build-fuzz/$$target- 2>.build-fuzz/$$target.log || \
	    { cat .build-fuzz/$$target.log >&2; exit 1; }; \
	done

# Lines of the evaluator, the enumerator, the bounds and the scorer broken in turn: tells which of them no test notices.
# It takes about half an hour. Then each rule by which the search leaves mappings out, which must be named: five minutes.
mutants: setup
	python3 Tests/Mutants/mutants.py
	python3 Tests/Mutants/mutants.py --cuts

# Rates, times and growth, in a package of their own. Only ratios within a run tell: machines are noisy.
bench: setup
	cd Benchmarks && swift package benchmark --no-progress

# The documentation of the library's modules, all in one archive; links that lead nowhere are errors.
docs: setup
	BUILD_DOCS=1 swift package --scratch-path .build-docs generate-documentation $(addprefix --target ,$(MODULES)) \
	  --enable-experimental-combined-documentation --warnings-as-errors

# Cases of public enumerations without documentation, of which `swift format` does not speak.
define undocumented_cases
  { match($$0, /^ */); indent = RLENGTH }
  /^ *public (indirect )?enum / { depth = indent; inside = 1 }
  inside && indent == depth && /^ *}/ { inside = 0 }
  inside && indent == depth + 2 && /^ *(indirect )?case / && before !~ /^ *\/\/\// {
    print FILENAME ":" FNR ": error: a public case needs a documentation comment"; failed = 1
  }
  { before = $$0 }
  END { exit failed }
endef
export undocumented_cases

lint:
	swift format lint --strict --recursive Package.swift Plugins Sources Tests Examples/Package.swift Examples/Sources \
	  Fuzz/Package.swift Fuzz/Sources
	@awk "$$undocumented_cases" $$(find Sources -name '*.swift')
	@large=$$(git ls-files -z | xargs -0 -r du -b 2>/dev/null | awk '$$1 > 1048576 { print $$2 }'); \
	if [ -n "$$large" ]; then echo "make: larger than 1 MiB, which one command makes again: $$large" >&2; exit 1; fi

# Installs what is missing and leaves alone what is there.
setup:
	@command -v swift >/dev/null || { echo "make: Swift 6.2 or newer is needed: https://www.swift.org/install" >&2; exit 1; }
	@missing=""; \
	pkg-config --exists openblas 2>/dev/null || missing="$(BLAS_PACKAGES)"; \
	command -v gnuplot >/dev/null || missing="$$missing $(PLOT_PACKAGES)"; \
	$(call install_missing,OpenBLAS with its headers and pkg-config$(comma) and gnuplot)

# What the tests of pages need besides.
setup-pages: setup
	@missing=""; \
	command -v chromium >/dev/null || missing="$(BROWSER_PACKAGES)"; \
	$(call install_missing,Chromium)

# What the tests of models need besides: the packages, in a virtual environment, and what onnx says of the models.
MODELS := .build-models
setup-models: setup
	@missing=""; \
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$(PYTHON_PACKAGES)"; \
	$(call install_missing,Python with venv)
	@test -x $(MODELS)/venv/bin/pip || python3 -m venv $(MODELS)/venv
	@test -e $(MODELS)/packages/zigzag || { \
	  $(MODELS)/venv/bin/pip install -q onnx==1.23.2 && \
	  $(MODELS)/venv/bin/pip install -q --no-deps --target $(MODELS)/packages zigzag-dse==3.9.1; }
	@test $(MODELS)/operators.json -nt Tests/ModelZooTests/expected.py || \
	  $(MODELS)/venv/bin/python -W ignore Tests/ModelZooTests/expected.py $(MODELS)
