# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that README and docs show is run, or at least read by what it calls; see
pages.py."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pages
import pytest
import small_files

from lsmplify_core.cli.main import _parser, main

ALL = [c for page in pages.PAGES for c in pages.commands(page)]
RUN = sorted({c.page for c in ALL if c.kind == "RUN"})
MAKEFILE = (pages.ROOT / "Makefile").read_text(encoding="utf-8")


def of(kind: str) -> list:
    """Commands of a kind, each once, with a name for the test's report."""
    chosen = {c.text: c for c in ALL if c.kind == kind}
    return [pytest.param(c, id=f"{c.page}: {c.text[:60]}") for c in chosen.values()]


def test_every_command_is_known() -> None:
    assert len(ALL) > 40
    assert not [f"{c.page}: {c.text}" for c in ALL if not c.kind]


@pytest.mark.parametrize("page", RUN)
def test_commands_run_one_after_the_other(page, tmp_path, monkeypatch, capsys) -> None:
    """In an empty folder, with files made under the names used; the same line is run once."""
    monkeypatch.chdir(tmp_path)
    chosen = dict.fromkeys(c for c in ALL if c.page == page and c.kind == "RUN")
    for command in chosen:
        small_files.provide(command)
        code = main(command.words[1:])
        said = capsys.readouterr()
        assert code == 0, f"{command.text}\n{said.err}"
        for written in named_after(command.words, "-o", "--report", "--keys-out"):
            assert Path(written).exists(), f"{command.text}: {written} was not written"


def named_after(words: list[str], *options: str) -> list[str]:
    return [b for a, b in pairwise(words) if a in options]


@pytest.mark.parametrize("command", of("PARSE"))
def test_long_commands_are_read(command) -> None:
    """Usage lines without their [optional parts]; a subcommand named alone by its own help."""
    plain = re.sub(r"\[[^\]]*\]", "", command.text)
    words = pages.Command(command.page, plain).words[1:]
    if len(words) == 1 or command.inline:
        with pytest.raises(SystemExit) as end:
            _parser(words).parse_args([words[0], "--help"])
        assert end.value.code == 0
        known = help_of(words[0])
        assert not [w for w in words if w.startswith("--") and w not in known]
    else:
        assert _parser(words).parse_args(words).run


def help_of(subcommand: str) -> str:
    """The subcommand's help text."""
    parser = _parser([subcommand])
    (subparsers,) = (a for a in parser._actions if a.dest == "command")
    return subparsers.choices[subcommand].format_help()


@pytest.mark.parametrize("command", of("TARGET"))
def test_targets_are_in_the_makefile(command) -> None:
    targets = [w for w in command.words[1:] if "=" not in w]
    assert all(re.search(rf"^{re.escape(t)}:", MAKEFILE, re.M) for t in targets)


@pytest.mark.parametrize("command", of("SCRIPT"))
def test_scripts_are_there(command) -> None:
    file = next(w for w in command.words if w.endswith((".py", ".sh", ".sbatch", ".yaml")))
    assert (pages.ROOT / file).is_file()
    for word in command.words[command.words.index(file) + 1 :]:
        if re.fullmatch(r"[a-z]+", word) and file.endswith(".py"):
            folder = (pages.ROOT / file).parent
            assert any(word in p.read_text(encoding="utf-8") for p in folder.glob("*.py"))


@pytest.mark.parametrize("command", of("INSTALL"))
def test_what_is_installed_exists(command) -> None:
    project = tomllib.loads((pages.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = [e for group in re.findall(r"\[([\w,]+)\]", command.text) for e in group.split(",")]
    assert set(extras) <= set(project["project"]["optional-dependencies"])
    manifest = tomllib.loads((pages.ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
    for word in command.words:
        if word.endswith(".zip"):
            assert word == f"lsmplify-{manifest['version']}.zip"


@pytest.mark.parametrize("command", of("BLENDER"))
def test_blender_commands_are_left_to_the_add_ons_tests(command) -> None:
    assert command.words[command.words.index("--command") + 1] == "lsmplify"


def test_python_without_blender_runs(tmp_path, monkeypatch, capsys) -> None:
    """The blocks of a page one after the other, with a take under the name used."""
    monkeypatch.chdir(tmp_path)
    for page in pages.PAGES:
        names: dict = {}
        blocks = [b for b in pages.blocks(page, "python") if "bpy" not in b]
        for block in blocks:
            small_files.provide(pages.Command(page.name, "lsmplify solve take.c3d"))
            if "points=points" in block:
                exec("import numpy as np\npoints, names = np.zeros((9, 2, 3)), ['a', 'b']", names)
            exec(compile(block, page.name, "exec"), names)
    said = capsys.readouterr().out
    assert "missing.c3d: there is no such file" in said
    assert (tmp_path / "take.npz").is_file()
