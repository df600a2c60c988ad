# SPDX-License-Identifier: GPL-3.0-or-later
# Set-up, tests, demo and packages. Needs Python 3.11, make and a package index; `make help` lists.

PYTHON ?= python3.11
BPY ?= 4.5.15
MATRIX ?= 4.2.23 4.4.0 4.5.15 5.0.1 5.1.2 5.2.3
SUITES ?= trixie sid
FUZZ_SECONDS ?= 60
MOTION ?= ../shared/motion/train
FUZZ_READERS ?= c3d trc csv npy npz motion body layout pickle model bvh keypoints mapping calibration
PYTHON312 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python3.12) python3.12)
PYTHON313 ?= python3.13

PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
CORE = .venv/bin/python
BLENDER = .venv-bpy/bin/python
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' blender_manifest.toml)
ZIP = build/lsmplify-$(VERSION).zip
PLATFORM ?= linux-x64
TORCH_PYTHONS ?= $(patsubst wheels/torch-$(PLATFORM)-py%.txt,%,$(wildcard wheels/torch-$(PLATFORM)-py*.txt))
TORCH_ZIP = build/lsmplify-$(VERSION)-torch-$(PLATFORM)-py$(1).zip

.PHONY: coverage stress mutants help demo examples cases cases-quick test test-core test-addon test-packaging test-ends test-torch test-farm test-slurm fuzz lint \
	extension wheels weights bench momentum matrix repository gui docs clean
.DELETE_ON_ERROR:

help:
	@echo "demo       tracks of examples/ to a baked action in headless Blender: build/demo/"
	@echo "cases      the small wrong files of ../shared/cases, which come out right"
	@echo "test       every test, the linters and the type checker"
	@echo "extension  $(ZIP), validated by Blender's own tool"
	@echo "           FLAVOUR=torch PLATFORM=linux-x64: with PyTorch (200 MB); windows-x64, macos-arm64"
	@echo "test-torch that build installed in Blender $(BPY), its methods used: downloads 200 MB"
	@echo "test-slurm ten takes on a Slurm of one node (Debian, root)"
	@echo "coverage   which lines the tests run, by package: build/coverage/"
	@echo "stress     kills, full disks, little memory, two runs at once, a thousand rounds in Blender"
	@echo "mutants    changes the code on purpose; which changes do the tests notice?"
	@echo "fuzz       damaged files for every reader, guided by coverage, $(FUZZ_SECONDS) s each"
	@echo "weights    train every shipped network anew from MOTION=$(MOTION): hours"
	@echo "bench      benchmark tables: build/bench/"
	@echo "momentum   Meta's solver for the comparison in bench (Python 3.12): build/momentum/"
	@echo "matrix     the add-on's tests on Blender $(MATRIX)"
	@echo "repository an extension repository to serve to a studio: build/repository/"
	@echo "gui        scripted runs in real Blender windows (Debian, root): build/gui/"
	@echo "docs       the pages as a site, dead links refused: build/site/"
	@echo "examples   write the files of examples/ anew"
	@echo "clean      remove build/; the .venv folders stay"

# --- environments ---------------------------------------------------------------------------

# What the main job needs outside Blender: the package and its two small dependencies.
.venv/.core: pyproject.toml
	test -x $(CORE) || $(PYTHON) -m venv .venv
	$(CORE) $(PIP_INSTALL) --editable .
	touch $@

# What tests, linters and training need besides.
.venv/.dev: .venv/.core
	$(CORE) $(PIP_INSTALL) --editable '.[learning,cluster,dev]'
	touch $@

# Blender as a Python module. It has its own NumPy range, so it keeps a folder of its own.
.venv-bpy/.ready: requirements-bpy.txt
	test -x $(BLENDER) || $(PYTHON) -m venv .venv-bpy
	$(BLENDER) $(PIP_INSTALL) bpy==$(BPY) --requirement requirements-bpy.txt
	touch $@

# --- the main job ---------------------------------------------------------------------------

demo: .venv/.core extension
	$(CORE) -m lsmplify_core inspect examples/keypoints_body25.trc
	$(BLENDER) scripts/demo.py $(ZIP) examples/keypoints_body25.trc build/demo

examples: .venv/.core
	$(CORE) examples/make_examples.py

# --- tests ----------------------------------------------------------------------------------

test: lint test-core cases-quick docs test-addon test-farm test-packaging test-ends

lint: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright

test-core: .venv/.dev
	$(CORE) -m pytest tests --ignore=tests/addon --ignore=tests/packaging --ignore=tests/gui \
		--ignore=tests/torch --ignore=tests/farm

# Small files that say something wrong, with what should come of each; skipped where they are absent.
cases: .venv/.core
	$(CORE) scripts/cases.py

cases-quick: .venv/.core
	$(CORE) scripts/cases.py --quick

test-addon: .venv-bpy/.ready
	$(BLENDER) -m pytest tests/addon

# Render-farm and cluster files: OpenJD, Flamenco and Dask on this machine; Blender is the bpy module.
test-farm: .venv/.dev .venv-bpy/.ready
	$(CORE) -m pytest tests/farm

# Installs Debian's Slurm (root), starts it on this machine as one node, and solves ten takes.
test-slurm: .venv/.dev
	tests/slurm/run.sh build/slurm $(CORE)

test-packaging: .venv-bpy/.ready extension
	$(BLENDER) -m pytest tests/packaging

test-torch: .venv-bpy/.ready wheels
	$(MAKE) extension FLAVOUR=torch PLATFORM=linux-x64 TORCH_PYTHONS=311
	$(BLENDER) -m pytest tests/torch

# Which lines the tests run, of what users run, and which test runs a line (for mutants). The packages'
# own tests and the add-on's, some twice as slow as without; the table comes where a test fails, too.
coverage: .venv/.dev .venv-bpy/.ready
	rm -rf build/coverage
	mkdir -p build/coverage
	-COVERAGE_FILE=build/coverage/.coverage PYTHONPATH=scripts $(CORE) -m coverage run -m pytest \
		-p test_contexts tests --ignore=tests/addon --ignore=tests/packaging --ignore=tests/gui \
		--ignore=tests/torch --ignore=tests/farm --ignore=tests/learning --ignore=tests/docs
	-COVERAGE_FILE=build/coverage/.coverage PYTHONPATH=scripts $(BLENDER) -m coverage run -m pytest \
		-p test_contexts tests/addon
	$(CORE) scripts/coverage_table.py

# Twenty minutes at rest; STRESS=0.05 for a twentieth of it.
stress: .venv/.dev .venv-bpy/.ready extension
	$(CORE) tests/stress/run.py $(STRESS)

# Changes the code on purpose and counts what the tests notice; half an hour.
mutants: .venv/.dev .venv-bpy/.ready
	$(CORE) scripts/mutants.py

# atheris reads the bytecode as it runs; it needs Linux and Python 3.11 or so.
fuzz: .venv/.dev
	$(CORE) $(PIP_INSTALL) atheris==3.0.0
	for r in $(FUZZ_READERS); do $(CORE) scripts/fuzz.py $$r $(FUZZ_SECONDS) || exit 1; done

# Every network that is shipped, trained anew from MOTION: hours. Run again, it goes on where it was;
# a shipped file is replaced when its network is done: the denoiser learns from what the first solves.
weights: .venv/.dev
	mkdir -p build/weights
	for n in ours unnamed denoiser; do \
		$(CORE) -m lsmplify_core train --config $$n --data $(MOTION) --out build/weights/$$n.npz \
			--resume --log build/weights/$$n.csv || exit 1; \
		cp build/weights/$$n.npz lsmplify_core/weights/$$(echo $$n | sed s/ours/lsmplify/).npz; done

bench: .venv/.dev
	$(CORE) benchmarks/run.py

# Meta's solver, for comparison; its wheels want a Python of their own.
momentum:
	$(PYTHON312) -m venv build/momentum
	build/momentum/bin/python $(PIP_INSTALL) --requirement benchmarks/momentum/requirements.txt

matrix: extension
	PYTHON311="$(PYTHON)" PYTHON313="$(PYTHON313)" $(PYTHON) scripts/matrix.py $(MATRIX)

# The oldest and the newest Blender; the newest needs a Python that a bare machine may lack.
test-ends: wheels
	PYTHON311="$(PYTHON)" PYTHON313="$(PYTHON313)" $(PYTHON) scripts/matrix.py --tests tests/addon \
		--optional $(lastword $(MATRIX)) -- $(firstword $(MATRIX)) $(lastword $(MATRIX))

# --- packages -------------------------------------------------------------------------------

wheels: build/.wheels

build/.wheels: wheels/bundled.txt .venv-bpy/.ready
	$(BLENDER) -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--require-hashes --requirement wheels/bundled.txt --dest wheels
	mkdir -p build
	touch $@

# FLAVOUR=torch PLATFORM=…: with PyTorch, a zip for each Python that wheels/ has a list for.
ifeq ($(FLAVOUR),torch)
extension: .venv-bpy/.ready
	test -n "$(TORCH_PYTHONS)" || { echo "error: wheels/ has no list for $(PLATFORM)"; exit 2; }
	for p in $(TORCH_PYTHONS); do \
		$(BLENDER) scripts/extension.py $(call TORCH_ZIP,$$p) $(PLATFORM) $$p || exit 1; done
else
extension: .venv-bpy/.ready wheels
	$(BLENDER) scripts/extension.py $(ZIP)
endif

repository: extension
	$(BLENDER) scripts/repository.py build/repository $(ZIP)

gui: extension .venv/.dev
	scripts/gui/run.sh $(ZIP) examples/markers_cmu41.trc build/gui $(SUITES)
	$(CORE) -m pytest tests/gui

# The site; --strict makes a dead link or a page without a place in the navigation an error.
docs: .venv/.docs
	.venv/bin/mkdocs build --quiet --strict

.venv/.docs: .venv/.core
	$(CORE) $(PIP_INSTALL) --editable '.[docs]'
	touch $@

clean:
	rm -rf build
