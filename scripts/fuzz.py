# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged files for one reader, guided by the code that they reach (atheris): `make fuzz`.

Usage: fuzz.py READER SECONDS, the readers of tests/reading/test_fuzz.py. A reader may give a result
or an error of one line; whatever else it does ends the run with code 77 and leaves the file in
build/fuzz. Put it into tests/reading/corpus as READER-what.bin: from then on every run of the tests
reads it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests/reading"))
with atheris.instrument_imports(include=["lsmplify_core", "c3d"]):
    import test_fuzz

LONGEST = 8192
"""Bytes of a file: what breaks readers is in headers."""


def main() -> None:
    """Begin with the sound file and what once broke a reader; what reaches new code is kept."""
    kind, seconds = sys.argv[1], int(sys.argv[2])
    corpus = ROOT / "build/fuzz" / kind
    corpus.mkdir(parents=True, exist_ok=True)
    (corpus / "sound").write_bytes(test_fuzz.whole(kind))
    for path in test_fuzz.CORPUS.glob(f"{kind}-*"):
        (corpus / path.name).write_bytes(path.read_bytes())
    with TemporaryDirectory() as folder:

        def try_file(content: bytes) -> None:
            test_fuzz.reads(kind, content, Path(folder))

        options = [
            f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-rss_limit_mb=3000",
            "-timeout=30",
            f"-artifact_prefix={corpus.parent}/{kind}-", "-print_final_stats=1", "-verbosity=0",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(corpus)], try_file)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
