# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that a file says is run, and nothing that it claims is believed: what SECURITY.md states."""

import ast
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.archives import read_npz
from lsmplify_core.errors import InputError
from lsmplify_core.layout import load_layout
from lsmplify_core.motion import load_motion
from lsmplify_core.reading import read_tracks
from lsmplify_core.smplfile import load_smpl_file

ROOT = Path(__file__).parents[1]
SHIPPED = [
    *(ROOT / "addon").rglob("*.py"),
    *(ROOT / "lsmplify_core").rglob("*.py"),
    ROOT / "__init__.py",
]
RUNS = {"eval", "exec", "compile", "__import__", "execfile"}
UNPICKLES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "jsonpickle",
}
NETWORK = {"socket", "ssl", "http", "urllib", "requests", "ftplib", "smtplib", "xmlrpc", "aiohttp"}
PROCESSES = {"subprocess", "os.system", "pty", "multiprocessing"}
ALLOWED_PICKLE = {"lsmplify_core/smplfile/unpickle.py"}
"""The one reader whose unpickler makes records of whatever a file names."""


def name_of(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    found = {str(p.relative_to(ROOT)): ast.parse(p.read_text(encoding="utf-8")) for p in SHIPPED}
    assert len(found) > 50
    return found


def test_no_text_is_run_as_code(trees):
    found = [
        f"{f}:{c.lineno}" for f, t in trees.items() for c in calls(t) if name_of(c.func) in RUNS
    ]
    assert not found


def test_nothing_unpickles_but_the_restricted_reader(trees):
    for file, tree in trees.items():
        roots = {i.split(".")[0] for i in imports(tree)}
        if file not in ALLOWED_PICKLE:
            assert not roots & UNPICKLES, file
        for call in calls(tree):
            name, words = name_of(call.func), {k.arg: k.value for k in call.keywords}
            if name.endswith(("np.load", "numpy.load")) or name == "load":
                pickles = words.get("allow_pickle")
                assert pickles is None or not ast.literal_eval(pickles), f"{file}:{call.lineno}"
            if name == "torch.load":
                only = words.get("weights_only")
                assert only is not None, f"{file}:{call.lineno}"
                assert ast.literal_eval(only), f"{file}:{call.lineno}"
    text = (ROOT / "lsmplify_core/smplfile/unpickle.py").read_text()
    assert "pickle.load" not in text
    assert "def find_class" in text


def test_no_network_in_what_is_shipped(trees):
    for file, tree in trees.items():
        assert not {i.split(".")[0] for i in imports(tree)} & NETWORK, file


def test_the_add_on_starts_no_process(trees):
    """The command may work on several files side by side; the add-on may start nothing."""
    for file, tree in trees.items():
        if file.startswith("addon/"):
            assert not set(imports(tree)) & PROCESSES, file


def test_archives_are_unpacked_in_memory_only(trees):
    for file, tree in trees.items():
        unpacked = [
            c.lineno
            for c in calls(tree)
            if name_of(c.func).endswith((".extract", ".extractall", ".unpack_archive"))
        ]
        assert not unpacked, file


def bomb(path: Path, key: str, claimed: int) -> Path:
    """A small npz with an array of zeros that unpacks to `claimed` bytes."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f4", "fortran_order": False, "shape": (claimed // 12, 3)}
    )
    block = b"\0" * (1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive, \
            archive.open(f"{key}.npy", "w", force_zip64=True) as file:  # fmt: skip
        file.write(head.getvalue())
        for _ in range(claimed >> 20):
            file.write(block)
    return path


def test_an_archive_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = bomb(tmp_path / "bomb.npz", "poses", 64 << 20)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(InputError, match="unpacks to 64 MB"):
        read_npz(path, ["poses"], "a motion", most_bytes=32 << 20)


@pytest.mark.parametrize("read", [load_motion, read_tracks, load_smpl_file])
def test_an_array_that_claims_more_than_it_has_is_refused(tmp_path, read):
    """A header of ten lines may claim any shape: memory must not be taken for it."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 25, 3)}
    )
    for key in ("poses", "points", "v_template"):
        path = tmp_path / f"{key}.npz"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{key}.npy", head.getvalue())
            archive.writestr("trans.npy", head.getvalue())
        with pytest.raises(InputError) as refused:
            read(path)
        assert "\n" not in str(refused.value)


def test_pickled_objects_in_archives_are_refused(tmp_path):
    path = tmp_path / "objects.npz"
    np.savez(path, poses=np.array([{"a": 1}], dtype=object), trans=np.zeros((1, 3)))
    for read in (load_motion, load_smpl_file):
        with pytest.raises(InputError):
            read(path)


def test_names_that_climb_out_of_an_archive_lead_nowhere(tmp_path):
    """An entry named ../../x is neither read nor written anywhere."""
    inside = tmp_path / "deep" / "deeper"
    inside.mkdir(parents=True)
    path = inside / "climbing.npz"
    good = io.BytesIO()
    np.save(good, np.zeros((2, 72)))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../poses.npy", good.getvalue())
        archive.writestr("/etc/trans.npy", good.getvalue())
    with pytest.raises(InputError, match="'poses'"):
        load_motion(path)
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["climbing.npz"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, '{"keypoints": ' + "[" * 100_000, "null", "7", '{"keypoints": 7}',
        json.dumps({"keypoints": [{"name": "a", "joint": ["Head"]}]}),
        json.dumps({"keypoints": [{"name": "a", "joint": "Head", "offset": [10**400, 0, 0]}]}),
        json.dumps({"keypoints": [{"name": "a", "joint": "Head", "offset": {"x": 1}}]}),
        json.dumps({"keypoints": [{"name": 3, "joint": "Head"}]}),
    ],
)  # fmt: skip
def test_a_damaged_layout_is_one_clear_line(tmp_path, text):
    path = tmp_path / "layout.json"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        load_layout(str(path))
    assert "\n" not in str(refused.value)


def test_a_layout_as_large_as_a_film_is_refused(tmp_path):
    path = tmp_path / "layout.json"
    path.write_text(" " * (5 << 20))
    with pytest.raises(InputError, match="not a layout"):
        load_layout(str(path))
