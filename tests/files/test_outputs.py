# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written is nobody's input, and no two outputs are one file, however they are spelled."""

import os
from pathlib import Path

import pytest

from lsmplify_core.files.atomic import write_whole
from lsmplify_core.files.outputs import (
    Output,
    check_outputs,
    check_own,
    file_names,
    identity,
    separators,
)
from lsmplify_core.runtime.errors import InputError


def test_spellings_of_one_file_are_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    file = tmp_path / "folder/a.npz"
    file.write_bytes(b"x")
    (tmp_path / "link.npz").symlink_to(file)
    (tmp_path / "linked").symlink_to("folder")
    os.link(file, tmp_path / "hard.npz")
    for other in ("link.npz", "linked/a.npz", "hard.npz", "folder/../linked/a.npz"):
        assert identity(tmp_path / other) == identity(file)
        with pytest.raises(InputError, match="which is read"):
            check_outputs([Output("the output", tmp_path / other)], [file])
    assert identity(tmp_path / "folder/b.npz") != identity(file)


def test_files_that_are_yet_to_be_made_are_compared_too(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "linked").symlink_to("folder")
    one, two = tmp_path / "folder/new/r.json", tmp_path / "linked/new/r.json"
    assert identity(one) == identity(two)
    with pytest.raises(InputError, match="would be written to one file"):
        check_outputs([Output("--report", one), Output("--save-repairs", two)], [])


def test_where_case_is_ignored_names_in_two_cases_are_one(tmp_path: Path, monkeypatch) -> None:
    from lsmplify_core.files import outputs

    one, two = Output("a", tmp_path / "R.json"), Output("b", tmp_path / "r.json")
    check_outputs([one, two], [])
    monkeypatch.setattr(outputs, "_ignores_case", lambda _folder: True)
    with pytest.raises(InputError, match="one file"):
        check_outputs([one, two], [])


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", lambda file: file.write(b"one"))
    write_whole(tmp_path / "link", lambda file: file.write(b"two"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"two"


def test_links_in_a_circle_devices_and_protected_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "old").chmod(0o444)
    for name in ("a", "pipe", "old"):
        with pytest.raises(InputError, match="cannot be written"):
            write_whole(tmp_path / name, lambda file: file.write(b"new"))
        with pytest.raises(InputError, match="cannot be written"):
            check_outputs([Output("the output", tmp_path / name)], [])
    assert (tmp_path / "old").read_bytes() == b"old"


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"old")
    (tmp_path / "mine").chmod(0o600)
    write_whole(tmp_path / "mine", lambda file: file.write(b"new"))
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o600


def test_a_long_name_of_many_bytes_can_be_written(tmp_path: Path) -> None:
    name = "漢" * 80 + ".npz"
    write_whole(tmp_path / name, lambda file: file.write(b"x"))
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_somebody_elses_file_is_not_replaced_by_a_name_that_nobody_spelled(tmp_path: Path) -> None:
    (tmp_path / "walk.npz").write_bytes(b"not ours")
    with pytest.raises(InputError, match="no solve wrote"):
        check_own(Output("the motion", tmp_path / "walk.npz"))
    check_own(Output("the motion", tmp_path / "other.npz"))


@pytest.mark.parametrize(
    "names",
    [
        ["A+B", "A B", "A_B_1"], ["A+B", "A B", "A_B_2", "A_B_1"], ["Anna", "anna", "ANNA"],
        ["", "..", "/"], ["é", "e\u0301"], ["CON", "con.txt", "nul"], ["x" * 900, "x" * 901],
        ["ß", "ss", "SS"], ["a_2", "a", "A"], ["\ud800", "\udfff"], ["a\n", "a\0"],
    ],
)  # fmt: skip
def test_names_of_files_are_all_different_and_of_files(names: list[str]) -> None:
    made = file_names(names)
    assert len({n.casefold() for n in made}) == len(names)
    for name in made:
        assert name == name.encode().decode()
        assert not set(name) & set('/\\:*?"<>|\0\n\r')
        assert 0 < len(name.encode()) < 200
        assert name.split(".")[0].lower() not in ("con", "nul", "aux", "prn")


def test_names_that_are_alone_stay_as_they_are() -> None:
    assert file_names(["Anna", "Ben"]) == ["Anna", "Ben"]


def test_takes_and_their_people_never_meet() -> None:
    stems = ["walk", "walk_anna", "walk_person-ben", "Walk_person-2-x", "run", "run2_", "a", "a_"]
    ends = separators(stems)
    people = ["anna", "ben", "x", "person-ben", "2", "_", "person-anna"]
    made = [s + e + p for s, e in zip(stems, ends, strict=True) for p in file_names(people)]
    assert len({n.casefold() for n in (*stems, *made)}) == len(stems) + len(made)
    assert ends[stems.index("run")] == "_"


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["a/b:c", "a"], ["a_b_c", "a"]),
        (["anna", "Anna", "ben"], ["anna", "Anna_2", "ben"]),
        (["anna", "anna", "anna_2"], ["anna", "anna_3", "anna_2"]),
        (["...", "_"], ["person", "person_2"]),
        (["con", "CON.x", "context"], ["con_", "CON_.x", "context"]),
        (["_.a._"], ["a"]),
    ],
)
def test_names_of_files_in_every_spelling(names: list[str], files: list[str]) -> None:
    assert file_names(names) == files


@pytest.mark.parametrize(
    ("stems", "between"),
    [
        (["walk", "run"], ["_", "_"]),
        (["walk", "walk_anna"], ["_person-", "_"]),
        (["walk", "walk_anna", "walk_person-x"], ["_person-2-", "_", "_"]),
        (["walk", "WALK_x"], ["_person-", "_"]),
    ],
)
def test_what_stands_between_a_take_and_a_person(stems: list[str], between: list[str]) -> None:
    assert separators(stems) == between


@pytest.mark.parametrize(("letter", "kept"), [("é", 60), ("가", 40), ("a", 60)])
def test_names_of_files_have_60_letters_and_120_bytes_at_the_most(letter: str, kept: int) -> None:
    assert file_names([letter * 200]) == [letter * kept]
