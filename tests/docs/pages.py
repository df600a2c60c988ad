# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages as text: their commands, with how each is treated, their Python, links and messages.

How a command is treated, by its first word:

RUN      lsmplify inspect, solve, clean, export: run, in a folder with small takes under the names
         used
PARSE    lsmplify evaluate, train and others that take long or need a cluster, and lines with
         [options]: only read, by the command's own parser; torchrun's call of ours too
BLENDER  blender … --command lsmplify …: run inside the bpy module by tests/addon
TARGET   make …: the target must be in the Makefile
SCRIPT   a file of this project, or a Python or a farm's command that runs one: it must be there
INSTALL  pip, and Blender's own extension command: what they name must exist
SHELL    cp, mkdir and the like: nothing of ours, not looked at
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
QUICK = ("inspect", "solve", "clean", "export")
_FENCED = re.compile(r"^```([^\n`]*)\n(.*?)^```", re.S | re.M)
_INLINE = re.compile(r"`([^`\n]+)`")
_SCRIPTS = (
    "farm/",
    "openjd",
    "sbatch",
    "scripts/",
    ".venv/bin/python",
    ".venv-bpy/bin/python",
    "python",
    "benchmarks/",
)
_SHELL = ("dask", "cp", "mv", "mkdir", "cd", "ls", "cat", "git", "unzip", "export")


@dataclass(frozen=True)
class Command:
    """page: its name. text: as it stands there. inline: within a sentence, so that it is read
    only."""

    page: str
    text: str
    inline: bool = False

    @property
    def words(self) -> list[str]:
        """Without a comment at its end, `nice` and variables before it, and the folder of our
        command."""
        words = shlex.split(self.text, comments=True)
        while words and (words[0] == "nice" or re.fullmatch(r"[A-Z0-9_]+=\S*", words[0])):
            words = words[1:]
        if words[0].startswith(".venv") and words[1:3] == ["-m", "lsmplify_core"]:
            words = ["lsmplify", *words[3:]]
        if words[0] == "torchrun" and "lsmplify_core" in words:
            words = ["lsmplify", *words[words.index("lsmplify_core") + 1 :]]
        return ["lsmplify", *words[1:]] if words[0].endswith("/lsmplify") else words

    @property
    def kind(self) -> str:
        """How it is treated; empty where nobody knows how."""
        first, rest = self.words[0], self.words[1:]
        if first == "lsmplify":
            usage = "[" in self.text or "…" in self.text or "--dask" in rest or self.inline
            return "RUN" if rest and rest[0] in QUICK and not usage else "PARSE"
        if first == "blender":
            return "BLENDER" if "lsmplify" in rest else "INSTALL"
        if first == "make":
            return "TARGET"
        if first == "pip":
            return "INSTALL"
        if first in _SHELL:
            return "SHELL"
        return "SCRIPT" if first.startswith(_SCRIPTS) else ""


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language; "" for those that name none, which hold commands."""
    found = _FENCED.findall(page.read_text(encoding="utf-8"))
    return [body for name, body in found if name.strip() == language]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> list[Command]:
    """Every command of a page, in its order: a line each in blocks, and those in sentences."""
    drawn = "─"
    lines = [
        line.strip()
        for block in blocks(page, "")
        if drawn not in block
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    inline = [
        text
        for text in _INLINE.findall(prose(page))
        if re.match(r"(lsmplify|make|\.venv\S*|scripts/\S+) \S", text) and "…" not in text
    ]
    return [
        *(Command(page.name, line) for line in lines),
        *(Command(page.name, text, True) for text in inline),
    ]


def links(page: Path) -> list[str]:
    """Targets of links and images."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """The headings as links name them."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower().strip()).replace(" ", "-") for h in heads}


def messages(page: Path) -> list[str]:
    """First column of each table whose head is "message"."""
    found: list[str] = []
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) < 3:
            inside = False
        elif cells[1] == "message":
            inside = True
        elif inside and not set(cells[1]) <= {"-", ":"}:
            found.append(cells[1])
    return found
