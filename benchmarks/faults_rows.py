# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault that was ever seen, and others of its kind, tried on the command: a user's data that
would be lost, what would hang or fill the memory, and what would end in a traceback."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faults_files as files
import numpy as np
from faults_runs import Tried, command

Row = tuple[str, Callable[[Path], str]]
"""What is tried, and what tries it in an empty folder: returns what went wrong, or nothing."""
_GIGABYTE = 1 << 30


def rows() -> Iterator[tuple[str, Row]]:
    """All rows, with the group that they belong to."""
    for row in (*_own_inputs(), *_names(), *_results()):
        yield "lost", row
    for row in (*_sizes(), *_endless()):
        yield "hangs", row
    for row in (*_consoles(), *_values()):
        yield "one line", row


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*")) if p.is_file()
    }  # fmt: skip


def _refused(make: Callable[[Path], None], *words: str) -> Callable[[Path], str]:
    """The command must say no and leave every file as it was."""

    def tried(folder: Path) -> str:
        make(folder)
        before = _hashes(folder)
        run = command(words, folder)
        if _hashes(folder) != before:
            return f"files were changed: {run.out[:100]}"
        return run.problem((2,))

    return tried


def _takes(folder: Path) -> None:
    """Two takes, a link and a second name of the first, a motion and small files beside."""
    (folder / "takes").mkdir()
    files.take(folder / "takes/a.npz")
    files.take(folder / "takes/b.npz")
    (folder / "link.npz").symlink_to("takes/a.npz")
    os.link(folder / "takes/a.npz", folder / "hard.npz")
    (folder / "other").symlink_to("takes")
    files.motion(folder / "m.npz")
    lines = (files.ROOT / "examples/keypoints_body25.trc").read_text().splitlines(keepends=True)
    (folder / "t.trc").write_text("".join(lines[:20]))
    (folder / "feet.json").write_bytes(files.json_text(files.contacts()))
    (folder / "mine.json").write_bytes(files.json_text(files.layout()))


def _own_inputs() -> Iterator[Row]:
    tries: dict[str, tuple[str, ...]] = {
        "solve X -o X": ("solve", "takes/a.npz", "-o", "takes/a.npz"),
        "solve X -o X through ..": ("solve", "takes/a.npz", "-o", "other/../takes/a.npz"),
        "solve X -o a link to X": ("solve", "takes/a.npz", "-o", "link.npz"),
        "solve a link -o X": ("solve", "link.npz", "-o", "takes/a.npz"),
        "solve X -o X by a second name": ("solve", "takes/a.npz", "-o", "hard.npz"),
        "solve X -o X through a linked folder": ("solve", "takes/a.npz", "-o", "other/a.npz"),
        "a folder onto itself": ("solve", "takes", "-o", "takes"),
        "a folder onto itself by a link": ("solve", "takes", "-o", "other"),
        "--report over the take": ("solve", "t.trc", "-o", "o.npz", "--report", "t.trc"),
        "--save-calibration over the take": (
            "solve", "t.trc", "-o", "o.npz", "--save-calibration", "t.trc"),
        "--save-repairs over the take": (
            "solve", "t.trc", "-o", "o.npz", "--save-repairs", "t.trc"),
        "--report over the layout": (
            "solve", "t.trc", "-o", "o.npz", "--layout", "mine.json", "--report", "mine.json"),
        "--report over the contacts": (
            "solve", "t.trc", "-o", "o.npz", "--contacts", "feet.json", "--report", "feet.json"),
        "-o over --init": ("solve", "t.trc", "-o", "m.npz", "--init", "m.npz"),
        "-o over --body": ("solve", "t.trc", "-o", "m.npz", "--body", "m.npz"),
        "two outputs of one name": (
            "solve", "t.trc", "-o", "o.npz", "--report", "r.json", "--save-repairs", "r.json"),
        "two outputs of one file": (
            "solve", "t.trc", "-o", "o.npz", "--report", "r.json", "--save-repairs",
            "takes/../r.json"),
        "clean X -o X": ("clean", "m.npz", "-o", "m.npz", "--limits", "1"),
        "clean: tracks overwritten": (
            "clean", "m.npz", "-o", "takes/a.npz", "--tracks", "takes/a.npz", "--worst", "1"),
        "clean: --save-contacts over --contacts": (
            "clean", "m.npz", "-o", "c.npz", "--contacts", "feet.json", "--save-contacts",
            "feet.json"),
        "clean: --keys-out over MOTION": ("clean", "m.npz", "--keys", "5", "--keys-out", "m.npz"),
        "clean: a key's pose overwritten": (
            "clean", "m.npz", "-o", "takes/b.npz", "--resolve", "0:5", "--key", "3=takes/b.npz:0"),
        "export over its input": ("export", "m.npz", "-o", "m.npz"),
        "evaluate --json over a clip": ("evaluate", "--data", "takes", "--json", "takes/a.npz"),
        "evaluate --by-clip over a clip": (
            "evaluate", "--data", "takes", "--by-clip", "other/b.npz"),
        "evaluate --json over the layout": (
            "evaluate", "--data", "takes", "--layout", "mine.json", "--json", "mine.json"),
        "train --out over a clip": ("train", "--data", "takes", "--out", "takes/a.npz"),
        "train --log over a clip": (
            "train", "--data", "takes", "--out", "w.npz", "--log", "takes/b.npz"),
        "convert-checkpoint over its input": (
            "convert-checkpoint", "m.npz", "-o", "m.npz"),
        "a device as output": ("solve", "t.trc", "-o", "o.npz", "--report", "/dev/null"),
    }  # fmt: skip
    for name, words in tries.items():
        yield name, _refused(_takes, *words)


def _names() -> Iterator[Row]:
    def solved(make: Callable[[Path], None], count: int, *words: str) -> Callable[[Path], str]:
        def tried(folder: Path) -> str:
            (folder / "takes").mkdir()
            make(folder / "takes")
            before = _hashes(folder)
            run = command(("solve", "takes", "-o", "out", *words), folder)
            after = _hashes(folder)
            if any(after.get(k) != v for k, v in before.items()):
                return "a take was changed"
            made = [n for n in after if n.startswith("out/") and n.endswith(".npz")]
            if len({n.casefold() for n in made}) != count:
                return f"{len(made)} results, not {count}: {run.err[:120]}"
            return run.problem((0, 3))

        return tried

    def one(name: str, *who: str) -> tuple[str, Callable[[Path], str]]:
        return name, solved(lambda f: void(files.people(f / "duo.npz", *who)), len(who))

    def both(folder: Path) -> None:
        files.people(folder / "walk.npz", "anna", "ben")
        files.take(folder / "walk_anna.npz")

    def nested(folder: Path) -> None:
        files.people(folder / "walk.npz", "anna", "ben")
        files.people(folder / "walk_anna.npz", "x", "y")
        files.take(folder / "walk_person-ben.npz")

    yield "walk with anna and ben, and walk_anna", solved(both, 3)
    yield "walk, walk_anna of two, and walk_person-ben", solved(nested, 5)
    yield one("people A+B, A B, A_B_1", "A+B", "A B", "A_B_1")
    yield one("people Anna and anna", "Anna", "anna")
    yield one("people of two alphabets", "李", "王")
    yield one("people ../x and ..x", "../x", "..x")
    yield one("people CON and con.", "CON", "con.")
    yield "two takes of one name", _refused(_twins, "solve", "takes", "-o", "out")
    yield "two takes of one name but for case", _refused(_cases, "solve", "takes", "-o", "out")


def void(_: object) -> None:
    """Nothing, for what makes a file and gives its path."""


def _twins(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / "takes" / name).mkdir(parents=True)
        files.take(folder / "takes" / name / "walk.npz")


def _cases(folder: Path) -> None:
    (folder / "takes").mkdir()
    files.take(folder / "takes/walk.npz")
    files.take(folder / "takes/Walk.npz")


def _results() -> Iterator[Row]:
    def again(folder: Path) -> str:
        (folder / "takes").mkdir()
        for n in (1, 2):
            (folder / f"takes/t{n}.trc").write_text(_trc())
        words = ("solve", "takes", "-o", "takes", "--report", "takes")
        first = command(words, folder)
        if first.problem((0, 3)):
            return first.problem((0, 3))
        made = _hashes(folder)
        second = command(words, folder)
        if set(_hashes(folder)) != set(made):
            return f"results became takes: {sorted(set(_hashes(folder)) - set(made))}"
        return second.problem((0, 3))

    def link(folder: Path) -> str:
        _takes(folder)
        (folder / "real").mkdir()
        (folder / "o.npz").symlink_to("real/o.npz")
        (folder / "r.json").symlink_to("real/r.json")
        run = command(("solve", "t.trc", "-o", "o.npz", "--report", "r.json"), folder)
        whole = all((folder / n).is_symlink() for n in ("o.npz", "r.json"))
        there = (folder / "real/o.npz").is_file() and (folder / "real/r.json").is_file()
        return run.problem((0, 3)) if whole and there else "a link was replaced"

    def others(folder: Path) -> str:
        _takes(folder)
        (folder / "out").mkdir()
        files.motion(folder / "out/a.npz")
        before = (folder / "out/a.npz").read_bytes()
        run = command(("solve", "takes", "-o", "out"), folder)
        return run.problem((2,)) if (folder / "out/a.npz").read_bytes() == before else "overwritten"

    def protected(folder: Path) -> str:
        _takes(folder)
        files.result(folder / "o.npz")
        (folder / "o.npz").chmod(0o444)
        before = _hashes(folder)
        run = command(("solve", "t.trc", "-o", "o.npz"), folder)
        return run.problem((2,)) if _hashes(folder) == before else "overwritten"

    yield "results and reports in the folder of takes, twice", again
    yield "outputs that are links stay links", link
    yield "somebody's file in the folder of results", others
    yield "a write-protected output", protected


def _trc() -> str:
    lines = (files.ROOT / "examples/keypoints_body25.trc").read_text().splitlines(keepends=True)
    return "".join(lines[:20])


def _said(make: Callable[[Path], object], *words: str, codes: tuple[int, ...] = (0, 2, 3)) -> Any:
    """The command must end within the contract, whatever it makes of the file."""

    def tried(folder: Path) -> str:
        make(folder)
        return command(words, folder).problem(codes)

    return tried


def _sizes() -> Iterator[Row]:
    reads: dict[str, tuple[str, ...]] = {
        "inspect": ("inspect", "x.npz"), "solve": ("solve", "x.npz", "-o", "o.npz"),
        "export": ("export", "x.npz", "-o", "o.bvh"), "clean": ("clean", "x.npz", "--worst", "1"),
        "--body": ("solve", "t.trc", "-o", "o.npz", "--body", "x.npz"),
        "--init": ("solve", "t.trc", "-o", "o.npz", "--init", "x.npz"),
    }  # fmt: skip
    keys = ("poses", "trans", "points", "v_template")
    for name, words in reads.items():

        def without(folder: Path) -> None:
            (folder / "t.trc").write_text(_trc())
            files.bomb(folder / "x.npz", keys, 2 * _GIGABYTE)

        yield f"{name}: npz members without .npy, 2 GB each", _said(without, *words, codes=(2,))

        def nine(folder: Path) -> None:
            (folder / "t.trc").write_text(_trc())
            wanted = (*keys, "betas", "track_error", "names", "weights", "shapedirs")
            files.bomb(folder / "x.npz", [f"{k}.npy" for k in wanted], 500 << 20)

        yield f"{name}: nine arrays of 500 MB", _said(nine, *words, codes=(2,))
    yield (
        "joblib's file of 2 GB in 9 MB",
        _said(
            lambda f: files.joblib_bomb(f / "x.pkl"), "clean", "x.pkl", "--worst", "1", codes=(2,)
        ),
    )
    yield (
        "npy of 100 GB",
        _said(lambda f: files.sparse(f / "x.npy"), "inspect", "x.npy", codes=(2,)),
    )
    long = [f"{'x' * 100_000}_{n}" for n in files.NAMES]
    yield (
        "names of 100,000 characters",
        _said(lambda f: files.take(f / "x.npz", long), "inspect", "x.npz"),
    )
    many = ["a"] * 4000
    yield (
        "4,000 tracks of one name",
        _said(
            lambda f: files.take(f / "x.npz", many, np.ones((2, 4000, 3))), "inspect", "x.npz"),
    )  # fmt: skip


def _endless() -> Iterator[Row]:
    for name, make in (
        ("a pickle's key, doubled 60 times", lambda f: files.doubled(f / "x.pkl")),
        ("a pickle's set, doubled 60 times", lambda f: files.doubled(f / "x.pkl", as_set=True)),
    ):
        yield f"clean: {name}", _said(make, "clean", "x.pkl", "--worst", "1", codes=(2,))
        yield f"--body: {name}", _said(
            lambda f, m=make: (m(f), (f / "t.trc").write_text(_trc())),
            "solve", "t.trc", "-o", "o.npz", "--body", "x.pkl", codes=(2,),
        )  # fmt: skip

    def loop(folder: Path) -> None:
        (folder / "takes/inner").mkdir(parents=True)
        files.take(folder / "takes/a.npz")
        (folder / "takes/inner/up").symlink_to("..")
        (folder / "takes/self").symlink_to("self")
        (folder / "takes/me").symlink_to(folder / "takes")

    yield "a folder with links to itself", _said(loop, "solve", "takes", "-o", "out", codes=(0, 3))
    yield "evaluate: a folder with links to itself", _said(loop, "evaluate", "--data", "takes",
                                                           codes=(2,))  # fmt: skip

    def pipes(folder: Path) -> None:
        (folder / "takes").mkdir()
        (folder / "t.trc").write_text(_trc())
        for name in ("x.npz", "x.json", "x.trc", "x.pkl", "x.npy", "x.bvh", "takes/x.c3d"):
            os.mkfifo(folder / name)

    for words in (
        ("inspect", "x.npz"), ("inspect", "x.trc"), ("inspect", "x.json"), ("inspect", "x.npy"),
        ("inspect", "x.bvh"), ("export", "x.npz", "-o", "o.bvh"),
        ("clean", "x.pkl", "--worst", "1"),
        ("solve", "x.trc", "-o", "o.npz"), ("solve", "t.trc", "-o", "o.npz", "--layout", "x.json"),
        ("solve", "t.trc", "-o", "o.npz", "--calibration", "x.json"),
        ("solve", "t.trc", "-o", "o.npz", "--static", "x.trc"),
        ("solve", "t.trc", "-o", "o.npz", "--init", "x.npz"),
        ("solve", "t.trc", "-o", "o.npz", "--body", "x.pkl"),
        ("solve", "t.trc", "-o", "o.npz", "--contacts", "x.json"),
        ("solve", "t.trc", "-o", "o.npz", "--repair", "x.json"),
        ("solve", "t.trc", "-o", "x.npz"), ("solve", "takes", "-o", "out"),
        ("inspect", "/dev/zero"), ("evaluate", "--data", "takes", "--layout", "x.json"),
    ):  # fmt: skip
        yield f"a pipe or device: {' '.join(words)}", _said(pipes, *words, codes=(2,))


def _consoles() -> Iterator[Row]:
    def strange(folder: Path) -> None:
        (folder / "takes").mkdir()
        for name in ("漢字→", "ünter", "plain"):
            files.take(folder / f"takes/{name}.npz", [f"{n}→" for n in files.NAMES])

    for encoding in ("cp1252", "ascii", "latin-1", "utf-8", "cp437", "shift_jis"):

        def batch(folder: Path, encoding: str = encoding) -> str:
            strange(folder)
            run = command(("solve", "takes", "-o", "out", "--layout", "none"), folder, encoding)
            done = len(list((folder / "out").glob("*.npz"))) if (folder / "out").is_dir() else 0
            said = len([x for x in run.err.splitlines() if x.startswith("error: ")])
            return run.problem() or ("" if done + said == 3 else f"{done} results, {said} errors")

        yield f"a batch on a console of {encoding}", batch

        def others(folder: Path, encoding: str = encoding) -> str:
            strange(folder)
            for words in (
                ("inspect", "takes/漢字→.npz"), ("solve", "--help"), ("--help",),
                ("clean", "--help"),
                ("inspect", "takes/gone→.npz"), ("solve", "x", "-o", "y", "--smooth", "→"),
            ):  # fmt: skip
                problem = command(words, folder, encoding).problem()
                if problem:
                    return f"{words}: {problem}"
            return ""

        yield f"inspect, help and errors on a console of {encoding}", others

    def file_named(name: bytes) -> Callable[[Path], str]:
        def tried(folder: Path) -> str:
            os.mkdir(folder / "takes")
            target = os.path.join(os.fsencode(folder / "takes"), name)
            files.take(folder / "x.npz")
            os.rename(folder / "x.npz", target)
            batch = command(("solve", "takes", "-o", "out"), folder)
            if batch.problem((0, 3)):
                return batch.problem((0, 3))
            if len([x for x in batch.out.splitlines() if "frames/s" in x]) != 1:
                return f"not one line: {batch.out[:200]!r}"
            one = command(("inspect", os.fsdecode(os.path.join(b"takes", name))), folder)
            return one.problem((0,))

        return tried

    for name in (
        b"a\nerror: b.npz", b"error: x.npz", b"\xff\xfe.npz", b"a\x1b[2Jb.npz", b"a\rb.npz",
        "a\u2028b.npz".encode(), "a\u202etxt.npz".encode(), b"-o.npz", b"a\x7fb.npz",
    ):  # fmt: skip
        yield f"a file named {name!r}", file_named(name)
    for bad in ("\n", "\x1b[31m", "\ud800", "\u2028", "\0", "\u202e"):
        names = [f"{n}{bad}" for n in files.NAMES]
        yield (
            f"track names with {bad!r}",
            _said(lambda f, n=names: files.take(f / "x.npz", n), "solve", "x.npz", "-o", "o.npz",
                  "--report", "r.json", "--save-repairs", "p.json", "--save-calibration", "c.json"),
        )  # fmt: skip


def _values() -> Iterator[Row]:
    big = "1" + "0" * 400
    texts: dict[str, tuple[str, tuple[str, ...]]] = {
        "keypoints: fps of 400 digits": (f'{{"fps": {big}, "frames": []}}', ("inspect", "x.json")),
        "keypoints: Infinity": ('[{"keypoints3D": [{"x": Infinity, "y": 0, "z": '
                                '0}]}]', ("inspect", "x.json")),
        "keypoints: keys ²": ('{"²": [], "³": []}', ("inspect", "x.json")),
        "keypoints: 900 brackets": ("[" * 900 + "]" * 900, ("inspect", "x.json")),
        "keypoints: 900 objects": ('{"data":' * 900 + "1" + "}" * 900, ("inspect", "x.json")),
        "keypoints: 100,000 brackets": ("[" * 100_000, ("inspect", "x.json")),
        "keypoints: 5,000 digits": (f'{{"fps": {"9" * 5000}}}', ("inspect", "x.json")),
    }  # fmt: skip
    own: dict[str, tuple[Any, str]] = {
        "calibration: points: []": ({**files.calibration(), "points": []}, "--calibration"),
        "calibration: 400 digits": (
            {**files.calibration(), "rest_joints": [[10**400] * 3] * 24}, "--calibration"),
        "calibration: an offset of 400 digits": (
            {**files.calibration(), "points": [{"name": "a", "joint": "Head",
                                                "offset": [10**400] * 3}]},
            "--calibration"),
        "contacts: a floor of 400 digits": (
            {**files.contacts(), "floor": {"height": 10**400}}, "--contacts"),
        "contacts: Infinity": ({**files.contacts(), "floor": {"height": float("inf")}},
                               "--contacts"),
        "contacts: a frame of 400 digits": (
            {**files.contacts(), "contacts": [{"part": "left toe", "first": 0, "last": 10**400}]},
            "--contacts"),
        "repairs: Infinity": (
            {"repairs": [{"kind": "gap", "tracks": ["a"], "first": float("inf"), "last": 2}]},
            "--repair"),
        "repairs: 400 digits": (
            {"repairs": [{"kind": "gap", "tracks": ["a"], "first": 0, "last": 10**400}]},
            "--repair"),
        "layout: an offset of 400 digits": (
            {"keypoints": [{"name": "a", "joint": "Head", "offset": [10**400, 0, 0]}]}, "--layout"),
        "layout: a name of 100,000 characters": (
            {"keypoints": [{"name": "a" * 100_000, "joint": "Head"}]}, "--layout"),
    }  # fmt: skip
    for name, (text, words) in texts.items():
        yield name, _said(lambda f, t=text: (f / "x.json").write_text(t), *words, codes=(2,))
    for name, (value, option) in own.items():

        def make(folder: Path, value: Any = value) -> None:
            (folder / "t.trc").write_text(_trc())
            (folder / "x.json").write_text(json.dumps(value))

        yield name, _said(make, "solve", "t.trc", "-o", "o.npz", option, "x.json", codes=(2,))
    arrays: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
        "gender in bytes": ({"gender": np.array(b"male")}, (0,)),
        "gender in bytes of no text": ({"gender": np.array(b"m\xe4le")}, (0,)),
        "gender of five": ({"gender": np.array(["male"] * 5)}, (0,)),
        "a rate of five axes": ({"mocap_framerate": np.full((1,) * 5, 30.0)}, (0,)),
        "a rate of 1e-300": ({"mocap_framerate": np.array(1e-300)}, (2,)),
        "a rate of NaN": ({"mocap_framerate": np.array(np.nan)}, (2,)),
        "no places": ({"trans": np.empty((0, 3))}, (2,)),
        "a number as places": ({"trans": np.array(1.0)}, (2,)),
        "a number as poses": ({"poses": np.array(1.0)}, (2,)),
        "text as poses": ({"poses": np.array("x")}, (2,)),
        "poses of 1e300": ({"poses": np.full((12, 72), 1e300)}, (2,)),
        "places of 1e300": ({"trans": np.full((12, 3), 1e300)}, (2,)),
        "rest joints of 1e300": ({"rest_joints": np.full((24, 3), 1e300)}, (2,)),
        "betas of text": ({"betas": np.array(["a"])}, (0,)),
    }  # fmt: skip
    for name, (changes, codes) in arrays.items():
        yield (
            f"motion: {name}",
            _said(lambda f, c=changes: files.motion(f / "x.npz", **c), "export", "x.npz", "-o",
                  "o.bvh", codes=codes),
        )  # fmt: skip
        yield (
            f"as tracks: {name}",
            _said(lambda f, c=changes: files.motion(f / "x.npz", **c), "inspect", "x.npz"),
        )
    nexus = {
        "a blank line": "Trajectories\n\n,,a,,,b\nFrame,Sub "
                        "Frame,X,Y,Z,X,Y,Z\n,,mm,mm,mm,mm,mm,mm\n1,0,1,2,3,4,5,6\n",
        "no rate": "Trajectories\n,,a,,,b\nFrame,Sub "
                   "Frame,X,Y,Z,X,Y,Z\n,,mm,mm,mm,mm,mm,mm\n1,0,1,2,3,4,5,6\n2,0,1,2,3,4,5,6\n",
        "nothing below": "Trajectories\n60\n",
    }  # fmt: skip
    for name, text in nexus.items():
        yield (
            f"Nexus: {name}",
            _said(lambda f, t=text: (f / "x.csv").write_text(t), "inspect", "x.csv"),
        )
    flat = files.take
    odd: dict[str, Any] = {
        "all points in one place": np.ones((12, 25, 3)),
        "two frames": files.POINTS[:2], "one frame": files.POINTS[:1],
        "points of 1e8": files.POINTS * 1e5, "points of 1e-8": files.POINTS * 1e-11,
        "points on a line": files.POINTS * [1.0, 0.0, 0.0], "every point but one "
                                                            "unseen": _one_seen(),
    }  # fmt: skip
    for name, points in odd.items():
        yield (
            f"NumPy's warnings: {name}",
            _said(lambda f, p=points: flat(f / "x.npz", None, p), "solve", "x.npz", "-o", "o.npz",
                  "--report", "r.json"),
        )  # fmt: skip


def _one_seen() -> Any:
    points = np.full_like(files.POINTS, np.nan)
    points[:, 0] = files.POINTS[:, 0]
    return points


def told(run: Tried) -> str:
    """A run's last words, for tables."""
    return (run.err or run.out).strip().splitlines()[-1][:120] if run.err or run.out else ""
