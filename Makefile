SHELL := /bin/bash
.PHONY: run test test-address test-thread test-pages test-models test-examples test-mlir test-cluster test-studies test-dist install dist fuzz results mutants bench docs lint setup setup-bench setup-pages setup-python setup-studies setup-models setup-mlir setup-cluster setup-dist

# System packages, and how to see that each is there.
BLAS_PACKAGES := libopenblas0
ZLIB_PACKAGES := zlib1g
BENCH_PACKAGES := libopenblas-dev pkg-config
PLOT_PACKAGES := gnuplot-nox
PYTHON_PACKAGES := python3 python3-venv
BROWSER_PACKAGES := chromium
MLIR_PACKAGES := mlir-19-tools
CLUSTER_PACKAGES := slurm-wlm munge parallel snakemake

TEST_TARGETS := $(notdir $(wildcard Tests/*Tests))
# Tests without a sanitizer run with the core optimized, as Package.swift says, and know lines but no variables of it.
TEST := OPTIMIZED=core swift test -c release -Xswiftc -gline-tables-only
# Those that are built, while others run too.
TEST_BUILT := $(TEST) --skip-build --ignore-lock
# Builds all that they run, and runs none.
BUILD := OPTIMIZED=core swift test list -c release -Xswiftc -gline-tables-only >/dev/null

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

comma := ,

# A program for use holds Swift's libraries, where the system's linker can put them into it: loading them takes longer than
# starting it does.
PROGRAM := swift build -c release --product tilebound $(if $(filter Linux,$(shell uname)),--static-swift-stdlib)

run: setup
	$(PROGRAM)
	.build/release/tilebound optimize --network alexnet --capacity 64KiB

# Manual pages with the names that git's have, tilebound-optimize.1 for 'tilebound optimize', in their references too; blank
# lines and paragraphs before items, which their language does not have, taken out. Lines that are set in, examples most of them, stay as they are.
define name_pages
set -e; cd .build/man; for page in tilebound.*.1; do \
  name=$${page#tilebound.}; name=$${name%.1}; \
  sed -e 's/^\.Dt TILEBOUND\./.Dt TILEBOUND-/' -e "s/^\.Nm \"tilebound $$name\"/.Nm tilebound-$$name/" \
    -e "s/^\.Nm\$$/.Nm \"tilebound $$name\"/" "$$page" >"tilebound-$$name.1"; rm "$$page"; done; \
sed -i -e '/^\.Xr /s/tilebound\./tilebound-/' -e 's/^$$/.Pp/' *.1; \
sed -i -e '/^\.Pp$$/{N;s/^\.Pp\n\.It /.It /}' *.1; \
for page in *.1; do awk '/^ / != shown { shown = !shown; print (shown ? ".Bd -literal -compact" : ".Ed") } \
  { print } END { if (shown) print ".Ed" }' "$$page" >page && mv page "$$page"; done
endef

# The pages, and what they lead to or name.
DOCUMENTS := LICENSE README.md CHANGELOG.md CITATION.cff CONTRIBUTING.md Documentation Examples configs results \
  Benchmarks/peers/README.md Sources/LowerBounds/Proofs.md Sources/MappingSearch/Proofs.md

# The program with its manual pages and what shells offer on Tab, in PREFIX; DESTDIR stands before it where a package is made.
PREFIX := /usr/local
INSTALLED = $(DESTDIR)$(PREFIX)
install: setup
	$(PROGRAM)
	swift build --product generate-manual
	rm -rf .build/man && mkdir -p .build/man
	.build/debug/generate-manual .build/release/tilebound --multi-page --date "$$(git log -1 --format=%cs 2>/dev/null || date +%F)" \
	  --output-directory .build/man
	$(name_pages)
	install -Dsm755 .build/release/tilebound "$(INSTALLED)/bin/tilebound"
	install -d "$(INSTALLED)/share/man/man1" && install -m644 .build/man/*.1 "$(INSTALLED)/share/man/man1"
	set -e; for shell in bash:bash-completion/completions/tilebound zsh:zsh/site-functions/_tilebound \
	  fish:fish/vendor_completions.d/tilebound.fish; do \
	  file="$(INSTALLED)/share/$${shell#*:}"; install -d "$$(dirname "$$file")"; \
	  .build/release/tilebound --generate-completion-script $${shell%%:*} >"$$file"; chmod 644 "$$file"; done
	install -d "$(INSTALLED)/share/doc/tilebound"
	cp -R --parents --no-preserve=mode,ownership $(DOCUMENTS) "$(INSTALLED)/share/doc/tilebound"
	chmod 755 "$(INSTALLED)/share/doc/tilebound/Examples/Cluster/parallel.sh" \
	  "$(INSTALLED)/share/doc/tilebound/Examples/Cluster/slurm/submit.sh"

# The same in a tar file that runs without Swift on this architecture where the C library is as new as here.
VERSION = $(shell awk -F'"' '/static let version/ { print $$2 }' Sources/Interchange/Producer.swift)
DIST = tilebound-$(VERSION)-linux-$(shell uname -m)
dist:
	rm -rf .build-dist && mkdir -p .build-dist
	$(MAKE) install DESTDIR="$(CURDIR)/.build-dist/" PREFIX="$(DIST)"
	tar -C .build-dist --sort=name --owner=0 --group=0 --numeric-owner -czf .build-dist/$(DIST).tar.gz $(DIST)

# The tar file in a bare Debian, without Swift, OpenBLAS and gnuplot: the same answer as here; as root.
test-dist: setup-dist dist
	rm -rf .build-dist/root
	debootstrap --variant=minbase $$(. /etc/os-release && echo $$VERSION_CODENAME) .build-dist/root >.build-dist/debootstrap.log
	tar -C .build-dist/root/opt -xzf .build-dist/$(DIST).tar.gz
	unshare -m sh -ec 'mount -t proc proc .build-dist/root/proc; \
	  samples="/opt/$(DIST)/share/doc/tilebound/Documentation/Samples"; \
	  chroot .build-dist/root /opt/$(DIST)/bin/tilebound sweep "$$samples/my-sweep.yaml" --plan; \
	  for arguments in --version "optimize --network alexnet --capacity 64KiB" "bound vgg16 --capacity 16KiB --format csv"; do \
	    .build/release/tilebound $$arguments >.build-dist/here; \
	    chroot .build-dist/root /opt/$(DIST)/bin/tilebound $$arguments | diff .build-dist/here -; done'

# All tests that need nothing besides, with the core optimized, where they take minutes less; every check of the
# sources stays on. They run in two halves that take about as long, each one after the other, so that their times tell; they do not
# begin at once, since SwiftPM writes files in .build as it begins that the other has mapped, which ended one half with a bus error.
ONE_HALF := ExhaustiveTests|tileboundTests
test: setup
	$(BUILD)
	$(TEST_BUILT) --no-parallel --filter '$(ONE_HALF)' & one=$$!; sleep 10; \
	$(TEST_BUILT) --no-parallel --skip '$(ONE_HALF)|ModelZooTests|ReportPageTests|MLIRTests'; other=$$?; \
	wait $$one && exit $$other

# Of random cases one in so many is tried under a sanitizer, which looks at how they are computed; make test tries all.
ONE_SEED_IN := 8

# Those of modules with an unsafe expression, with every access to memory checked: in others, which say so to the compiler, none
# can go wrong. Who allocated it is not written down, which would take a third of the time: after a failure, leave out
# malloc_context_size. The fuzzer is of the same build.
UNSAFE_MODULES = DenseKernels Scoring $(sort $(shell grep -lrw unsafe Sources --include='*.swift' | cut -d/ -f2))
ADDRESS_TARGETS = $(filter $(addsuffix Tests,$(UNSAFE_MODULES)),$(TEST_TARGETS)) Fuzz
ADDRESS := --sanitize=address -Xswiftc -gline-tables-only --scratch-path .build-address
test-address: setup
	TARGETS="$(ADDRESS_TARGETS)" \
	ASAN_OPTIONS=detect_leaks=0:malloc_context_size=1 ONE_SEED_IN=$(ONE_SEED_IN) \
	swift test --no-parallel $(ADDRESS)

# Sweeps, and searches on any number of threads, with every access checked for races.
test-thread: setup
	TARGETS="ParallelTests MappingSearchTests SweepsTests" TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.supp \
	ONE_SEED_IN=$(ONE_SEED_IN) swift test --sanitize=thread -Xswiftc -gline-tables-only --scratch-path .build-thread \
	  --filter ParallelTests --filter SweepsTests --filter anyNumberOfThreads

# Models of the onnx and zigzag-dse packages as they are imported, and as the onnx package itself understands them.
test-models: setup-models
	$(TEST) --filter ModelZooTests

# Reports as a browser shows them, in headless Chromium.
test-pages: setup-pages
	$(TEST) --filter ReportPageTests

# Modules of MLIR as MLIR's own programs tile them, lower them and run them.
test-mlir: setup-mlir
	$(TEST) --filter MLIRTests

# A sweep in shards by Slurm, GNU parallel and Snakemake, on a cluster of this machine alone, held to the sweep at once. Some
# two minutes, as root.
test-cluster: setup-cluster
	$(BUILD)
	PATH="$(CURDIR)/.build/release:$$PATH" Tests/Cluster/cluster.sh

# Compressed results as DuckDB and pandas read them: the commands of the pages, with both there.
test-studies: setup-studies
	$(BUILD)
	RUNS_ALL_COMMANDS=1 PATH="$(CURDIR)/$(STUDIES)/bin:$$PATH" $(TEST) --filter DocumentationTests

# Programs that use the library: each prints what is kept beside it.
test-examples: setup
	$(BUILD)
	.build/release/OptimizeLayer | diff Examples/expected/OptimizeLayer.txt -
	.build/release/SweepCapacities | diff Examples/expected/SweepCapacities.csv -
	.build/release/NetworkGap configs/networks/resnet18.yaml 64KiB | diff Examples/expected/NetworkGap.csv -

# What the program made of results/ made anew, in .build-results, and compared with what is kept, but for the commit and the
# processor's kernel that an index names; and the report on it, which is not kept. The measured data are no part of this
# package: VALIDATION_DATA says where they are.
VALIDATION_DATA := $(abspath ../shared/validation)
results: setup
	$(PROGRAM)
	rm -rf .build-results
	mkdir -p .build-results/results/plots .build-results/results/validation
	cp results/built-in.yaml .build-results/results
	cp results/validation/*.yaml .build-results/results/validation
	@set -e; cd .build-results; PATH="$(CURDIR)/.build/release:$$PATH"; \
	tilebound sweep results/built-in.yaml --output results/built-in.csv --quiet; \
	tilebound curve --network resnet50 --capacity 1KiB...1MiB --quiet --plot results/plots/resnet50.svg >/dev/null; \
	if [ -d "$(VALIDATION_DATA)" ]; then \
	  (cd results/validation; ln -s "$(VALIDATION_DATA)" data; \
	   tilebound validate published.yaml --data-folder data --levels --page tables.md --quiet; \
	   tilebound validate earlier.yaml --data-folder data --levels --page earlier.md --quiet; \
	   tilebound validate data/eyeriss_energy_d.csv --columns k,total,compute,data,macs,words --platform eyeriss --levels \
	     --shape c=3,h=224,w=224,r=11,s=11,stride=4,round-up=true --plot plots --quiet); \
	else echo "make: no measured data in $(VALIDATION_DATA): results/validation is left as it is" >&2; fi; \
	cd ..; \
	for file in $$(find results -type f ! -name '*.yaml' ! -name README.md); do \
	  if [[ $$file == results/validation/* && ! -d "$(VALIDATION_DATA)" ]]; then continue; fi; \
	  cmp <(grep -vE '"(commit|blas_core)" :' .build-results/$$file) <(grep -vE '"(commit|blas_core)" :' $$file) || \
	  { echo "$$file differs" >&2; exit 1; }; \
	  echo "$$file: the same"; done
	cd .build-results && PATH="$(CURDIR)/.build/release:$$PATH" && \
	tilebound report results/built-in.csv --title "Optima of the built-in networks" --output results/built-in.html

# Inputs made by libFuzzer, from those kept in Fuzz/corpus on, for every reader and for closed form against replay. What
# is found stays in .build-fuzz/found. A long run: make fuzz FUZZ_RUNS=10000000 FUZZ_TARGETS="onnx nest"
FUZZ_RUNS := 3000
FUZZ_TARGETS := $(notdir $(wildcard Fuzz/corpus/*))
FUZZ := .build-address/debug/Fuzz
fuzz: setup
	TARGETS="$(ADDRESS_TARGETS)" swift build --product Fuzz $(ADDRESS)
	@set -e; for target in $(FUZZ_TARGETS); do \
	  mkdir -p .build-fuzz/found/$$target; \
	  echo "$$target"; \
	  TARGET=$$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 $(FUZZ) .build-fuzz/found/$$target \
	    Fuzz/corpus/$$target -runs=$(FUZZ_RUNS) -seed=1 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix=.build-fuzz/found/$$target- 2>.build-fuzz/found/$$target.log || \
	    { cat .build-fuzz/found/$$target.log >&2; exit 1; }; \
	done

# Lines of the evaluator, the enumerator, the bounds and the scorer broken in turn: tells which of them no test notices.
# It takes about half an hour. Then each rule by which the search leaves mappings out, which must be named: five minutes.
mutants: setup
	python3 Tests/Mutants/mutants.py
	python3 Tests/Mutants/mutants.py --cuts

# Rates, times and growth, in a package of their own. Only ratios within a run tell: machines are noisy.
bench: setup-bench
	cd Benchmarks && swift package benchmark --no-progress

# The documentation of the library's modules, all in one archive, out of what the tests' build has of them; links that
# lead nowhere are errors. A module may link to those before it.
MODULES := Workloads EnergyModel Mappings LowerBounds DenseKernels Scoring MappingSearch Answers Programs ONNX Interchange \
  Statistics Validation Sweeps Reports
DOCS := .build-docs
docs: setup
	@missing="$(filter-out $(MODULES) Parallel LeafKernel tilebound,$(notdir $(wildcard Sources/*)))"; \
	if [ -n "$$missing" ]; then echo "make: not among the modules to document: $$missing" >&2; exit 1; fi
	$(BUILD)
	rm -rf $(DOCS)
	@set -e; mkdir -p $(DOCS)/archives; \
	target=$$(swift -print-target-info | awk -F'"' '/"triple"/ { print $$4; exit }'); \
	headers="$$(find .build/checkouts Sources -path '*/include/module.modulemap' | sed 's|^|-I |; s|/module.modulemap||')"; \
	dependencies=""; \
	for module in $(MODULES); do \
	  mkdir -p $(DOCS)/symbols/$$module; \
	  swift symbolgraph-extract -module-name $$module -target $$target $$headers -I .build/release/Modules \
	    -minimum-access-level public -emit-extension-block-symbols -output-dir $(DOCS)/symbols/$$module; \
	  docc convert $$(find Sources/$$module -name '*.docc') --additional-symbol-graph-dir $(DOCS)/symbols/$$module \
	    --fallback-display-name $$module --fallback-bundle-identifier $$module --warnings-as-errors \
	    --enable-experimental-external-link-support $$dependencies --output-path $(DOCS)/archives/$$module.doccarchive; \
	  dependencies="$$dependencies --dependency $(DOCS)/archives/$$module.doccarchive"; \
	done
	docc merge $(addprefix $(DOCS)/archives/,$(addsuffix .doccarchive,$(MODULES))) \
	  --synthesized-landing-page-name Tilebound --output-path $(DOCS)/Tilebound.doccarchive

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
	swift format lint --strict --recursive Package.swift Plugins Sources Tests Examples Fuzz/Sources
	@awk "$$undocumented_cases" $$(find Sources -name '*.swift')
	@large=$$(git ls-files -z | xargs -0 -r du -b 2>/dev/null | awk '$$1 > 1048576 { print $$2 }'); \
	if [ -n "$$large" ]; then echo "make: larger than 1 MiB, which one command makes again: $$large" >&2; exit 1; fi

# Installs what is missing and leaves alone what is there.
setup:
	@command -v swift >/dev/null || { echo "make: Swift 6.2 or newer is needed: https://www.swift.org/install" >&2; exit 1; }
	@missing=""; \
	PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q 'libopenblas\.so\.0 ' || missing="$(BLAS_PACKAGES)"; \
	PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q 'libz\.so\.1 ' || missing="$$missing $(ZLIB_PACKAGES)"; \
	command -v gnuplot >/dev/null || missing="$$missing $(PLOT_PACKAGES)"; \
	$(call install_missing,OpenBLAS$(comma) zlib and gnuplot)

# What the benchmarks need besides: they link OpenBLAS, to time it bare.
setup-bench: setup
	@missing=""; \
	pkg-config --exists openblas 2>/dev/null || missing="$(BENCH_PACKAGES)"; \
	$(call install_missing,the headers of OpenBLAS and pkg-config)

# What the tests of modules of MLIR need besides.
setup-mlir: setup
	@missing=""; command -v mlir-opt-19 mlir-opt >/dev/null || missing="$(MLIR_PACKAGES)"; \
	$(call install_missing,mlir-opt and mlir-cpu-runner of MLIR 19)

# What the test of shards on a cluster needs besides.
setup-cluster: setup
	@missing=""; for program in slurmctld slurmd sbatch munged parallel snakemake; do \
	  PATH="$$PATH:/sbin:/usr/sbin" command -v $$program >/dev/null || missing="$(CLUSTER_PACKAGES)"; done; \
	$(call install_missing,Slurm with munge and GNU parallel and Snakemake)

# What the test in a bare Debian needs besides.
setup-dist: setup
	@missing=""; PATH="$$PATH:/sbin:/usr/sbin" command -v debootstrap >/dev/null || missing="debootstrap"; \
	$(call install_missing,debootstrap)

# What the tests of pages need besides.
setup-pages: setup
	@missing=""; \
	command -v chromium >/dev/null || missing="$(BROWSER_PACKAGES)"; \
	$(call install_missing,Chromium)

# What the tests of models need besides: Python, the packages in a virtual environment, and what onnx says of the models.
setup-python: setup
	@missing=""; \
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$(PYTHON_PACKAGES)"; \
	$(call install_missing,Python with venv)

# DuckDB and pandas, in a virtual environment.
STUDIES := .build-studies/venv
setup-studies: setup-python
	@test -x $(STUDIES)/bin/pip || python3 -m venv $(STUDIES)
	@$(STUDIES)/bin/python -c 'import duckdb, pandas' 2>/dev/null || $(STUDIES)/bin/pip install -q duckdb==2.0.1 pandas==3.1.1

MODELS := .build-models
setup-models: setup-python
	@test -x $(MODELS)/venv/bin/pip || python3 -m venv $(MODELS)/venv
	@test -e $(MODELS)/packages/zigzag || { \
	  $(MODELS)/venv/bin/pip install -q onnx==1.23.2 && \
	  $(MODELS)/venv/bin/pip install -q --no-deps --target $(MODELS)/packages zigzag-dse==3.9.1; }
	@test $(MODELS)/operators.json -nt Tests/ModelZooTests/expected.py || \
	  $(MODELS)/venv/bin/python -W ignore Tests/ModelZooTests/expected.py $(MODELS)
