# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that a file says is run, and nothing that it claims is believed: what SECURITY.md
states."""

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.smpl_file import load_smpl_file
from lsmplify_core.files.npz import read_npz
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import load_motion
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

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
ALLOWED_PICKLE = {"lsmplify_core/body/smpl_file/unpickle.py"}
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
    text = (ROOT / "lsmplify_core/body/smpl_file/unpickle.py").read_text()
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


def test_nothing_runs_other_files_by_name(trees):
    """Modules are imported by fixed names; a file from elsewhere is no module."""
    for file, tree in trees.items():
        assert not {"runpy", "code", "codeop", "imp"} & set(imports(tree)), file
        for call in calls(tree):
            last = name_of(call.func).rsplit(".", 1)[-1]
            assert last not in ("exec_module", "run_path", "run_module"), f"{file}:{call.lineno}"


def test_these_tests_would_see_it():
    """Else the ones above would protect nothing."""
    tree = ast.parse(
        "import pickle, urllib.request\n"
        "from torch import load\n"
        "eval('1'); np.load(x, allow_pickle=True); torch.load(x); a.extractall(b)\n"
    )
    names = [name_of(c.func) for c in calls(tree)]
    assert {"eval", "np.load", "torch.load", "a.extractall"} <= set(names)
    assert {"pickle", "urllib.request", "torch"} == set(imports(tree))


def test_files_of_settings_are_json_or_arrays_only(trees):
    """Only these modules parse JSON or open archives, so that limits cannot be forgotten
    elsewhere."""
    parsers = {
        "lsmplify_core/files/json_files.py", "lsmplify_core/files/manifest.py",
        "lsmplify_core/batch/serving.py", "lsmplify_core/batch/workers.py",
        "lsmplify_core/reading/keypoints/json_files.py",
        "lsmplify_core/reading/keypoints/folders.py", "lsmplify_core/review/track_record.py",
        "addon/clean_up/compute.py", "addon/calibration/store.py", "addon/takes/repairs.py",
    }  # fmt: skip
    for file, tree in trees.items():
        parsed = [c.lineno for c in calls(tree) if name_of(c.func) in ("json.load", "json.loads")]
        assert not parsed or file in parsers, f"{file}:{parsed}"


@pytest.mark.parametrize(
    "names", [["../../../x"], ["/etc/passwd"], ["C:\\x", "..\\y"], ["a\0b"], ["x" * 5000]]
)
def test_a_kept_mapping_is_named_by_no_track(names):
    from lsmplify_core.layouts.mapping import signature

    assert re.fullmatch(r"[0-9a-f]+", signature(names))


@pytest.mark.parametrize("person", ["../../up", "/etc/x", "..", "a/b\\c", ".", "\0", "con/.."])
def test_a_persons_name_leads_out_of_no_folder(person):
    from lsmplify_core.files.outputs import file_names

    made = file_names([person])[0]
    assert "/" not in made
    assert "\\" not in made
    assert made not in ("", ".", "..")


def header(parameters: dict[str, int]) -> bytes:
    """A C3D header with absurd counts."""
    data = bytearray(1024)
    data[0:2] = b"\x02\x50"
    for at, value in parameters.items():
        data[int(at) : int(at) + 2] = value.to_bytes(2, "little")
    return bytes(data)


@pytest.mark.parametrize(
    "counts",
    [
        {"2": 65535},
        {"6": 1, "8": 65535},
        {"2": 65535, "4": 65535, "6": 0, "8": 65535},
        {"16": 65535},
    ],
)
def test_absurd_counts_in_a_c3d_header_are_refused(tmp_path, counts):
    path = tmp_path / "absurd.c3d"
    path.write_bytes(header(counts))
    with pytest.raises(InputError) as refused:
        read_tracks(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.trc",
         "PathFileType\t4\t(X/Y/Z)\ta.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n"
         "60\t60\t999999999\t999999999\tmm\nFrame#\tTime\tA\n\t\tX1\tY1\tZ1\n"),
        ("a.bvh", "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 999999999 "
                  "Xposition\n}\nMOTION\nFrames: 999999999\n"
         "Frame Time: 0.01\n0\n"),
    ],
)  # fmt: skip
def test_absurd_counts_in_text_headers_are_refused_or_ignored(tmp_path, name, text):
    """Memory is taken for what is there, whatever the header says."""
    path, said, frames = tmp_path / name, "", 0
    path.write_text(text)
    try:
        frames = read_tracks(path).frames
    except InputError as refused:
        said = str(refused)
    assert "\n" not in said
    assert frames < 10


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
