# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping list: what it shows, what a solve takes from it, what is kept of it."""

import json

import bpy
import pytest


def states() -> dict[str, str]:
    from lsmplify_extension.addon.mapping import rows

    found = [(r.name, rows.state_of(r)) for r in bpy.context.scene.lsmplify.mapping.rows]
    return dict(pair for pair in found if pair[1] != rows.HIDDEN)


def renamed(rate: float = 24.0, frames: int = 12, words: bool = True) -> list[bpy.types.Object]:
    """A body whose tracks have names that say nothing."""
    from helpers import add_empties, waving

    empties = add_empties(waving(frames, rate))
    for index, empty in enumerate(empties):
        empty["point"] = empty.name
        empty.name = f"zz{index}q" if words else empty.name
    return empties


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder in place of the extension's own."""
    from lsmplify_extension.addon.mapping import remember

    monkeypatch.setattr(remember, "folder", lambda: tmp_path)
    return tmp_path


def test_the_list_shows_what_is_matched_missing_and_unused(extension) -> None:
    empties = renamed(words=False)
    empties[3].name = "prop on the table"
    assert bpy.ops.lsmplify.match_tracks() == {"FINISHED"}
    found = states()
    assert found["prop on the table"] == "UNUSED"
    assert found[empties[3]["point"]] == "MISSING"
    assert sum(s == "MATCHED" for s in found.values()) == 24
    assert not bpy.context.scene.lsmplify.mapping.edited


def test_rows_are_corrected_by_hand(extension, kept) -> None:
    empties = renamed(words=False)
    first, second = empties[2]["point"], empties[3]["point"]
    mapping = bpy.context.scene.lsmplify.mapping
    bpy.ops.lsmplify.match_tracks()
    assert bpy.ops.lsmplify.map_track(point=first, track=second) == {"FINISHED"}
    assert mapping.rows[first].track == second
    assert states()[second] == "MISSING"
    mapping.rows[len(mapping.points) + mapping.tracks.find(first)].point = second
    assert mapping.rows[mapping.points.find(second)].track == first
    assert "MISSING" not in states().values()
    assert mapping.edited
    with pytest.raises(RuntimeError, match="no 'Tail'"):
        bpy.ops.lsmplify.map_track(point="Tail", track=first)


def test_a_solve_follows_the_list(extension, kept) -> None:
    """Names that match nothing, mapped by hand; two swapped names taken as mapped."""
    empties = renamed()
    settings = bpy.context.scene.lsmplify
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.layout == "unnamed"  # by how they move, for want of better
    path = kept / "mine.json"
    layout = json.loads(_layout_text())
    for keypoint, empty in zip(layout["keypoints"], empties, strict=True):
        assert keypoint["name"] == empty["point"]
        keypoint["aliases"] = [empty.name]
    path.write_text(json.dumps(layout))
    assert bpy.ops.lsmplify.load_mapping(filepath=str(path)) == {"FINISHED"}
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    right = settings.result.mean_mm
    assert right < 1.0
    first, second = (settings.mapping.rows[i].track for i in (3, 6))
    bpy.ops.lsmplify.map_track(point=settings.mapping.rows[3].name, track=second)
    bpy.ops.lsmplify.map_track(point=settings.mapping.rows[6].name, track=first)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.mean_mm > 3.0 * right  # less would be more: the repair sees the exchange


def _layout_text() -> str:
    from lsmplify_extension.lsmplify_core.layouts.layout import LAYOUT_FOLDER

    return (LAYOUT_FOLDER / "BODY_25.json").read_text(encoding="utf-8")


def test_names_that_say_nothing_are_mapped_by_hand(extension, kept) -> None:
    """With a layout chosen the list begins empty, and is filled row by row."""
    empties = renamed()
    settings = bpy.context.scene.lsmplify
    settings.layout = "BODY_25"
    assert bpy.ops.lsmplify.match_tracks() == {"FINISHED"}
    assert sum(s == "MISSING" for s in states().values()) == 25
    for empty in empties:
        bpy.ops.lsmplify.map_track(point=empty["point"], track=empty.name)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.mean_mm < 1.0


def test_a_mapping_is_used_again_for_the_same_names(extension, kept) -> None:
    """In another scene, without a word; cleared, it is forgotten."""
    empties = renamed(words=False)
    left, right = empties[3]["point"], empties[6]["point"]
    bpy.ops.lsmplify.match_tracks()
    bpy.ops.lsmplify.map_track(point=left, track=right)
    bpy.ops.lsmplify.map_track(point=right, track=left)
    assert len(list(kept.glob("*.json"))) == 1
    extension.unregister()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension.register()
    renamed(words=False)
    settings = bpy.context.scene.lsmplify
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert "mapped before" in settings.result.notes or "as you mapped" in settings.result.notes
    bpy.ops.lsmplify.match_tracks()
    assert settings.mapping.rows[left].track == right
    bpy.ops.lsmplify.clear_mapping()
    assert not list(kept.glob("*.json"))
    bpy.ops.lsmplify.match_tracks()
    assert settings.mapping.rows[left].track == left


def test_a_saved_mapping_is_loaded_for_other_tracks(extension, kept, tmp_path) -> None:
    from lsmplify_extension.addon import cli

    empties = renamed(words=False)
    left, right = empties[3]["point"], empties[6]["point"]
    path = tmp_path / "shared.json"
    bpy.ops.lsmplify.match_tracks()
    bpy.ops.lsmplify.map_track(point=left, track=right)
    assert bpy.ops.lsmplify.save_mapping(filepath=str(path)) == {"FINISHED"}
    for empty in empties:
        empty.name = f"Ben:{empty.name}"
    settings = bpy.context.scene.lsmplify
    assert bpy.ops.lsmplify.load_mapping(filepath=str(path)) == {"FINISHED"}
    assert settings.mapping.rows[left].track == f"Ben:{right}"
    assert states()[right] == "MISSING"
    room = bpy.data.collections.new("room")
    bpy.context.scene.collection.children.link(room)
    for empty in empties:
        room.objects.link(empty)
    words = ["bake", "--collection", "room", "--layout", str(path), "-o", str(tmp_path / "o.npz")]
    assert cli.run(words) == 0


def test_a_list_of_other_tracks_is_not_followed(extension, kept) -> None:
    empties = renamed(words=False)
    bpy.ops.lsmplify.match_tracks()
    bpy.ops.lsmplify.map_track(point=empties[3]["point"], track=empties[4]["point"])
    for empty in empties:
        bpy.data.objects.remove(empty)
    from helpers import add_empties, waving

    add_empties(waving(12, 24.0), "CMU_41")
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert "other tracks" in bpy.context.scene.lsmplify.result.notes


def test_without_an_extension_folder_nothing_is_written(extension) -> None:
    from lsmplify_extension.addon.mapping import remember

    assert remember.folder() is None
    renamed(words=False)
    bpy.ops.lsmplify.match_tracks()
    name = bpy.context.scene.lsmplify.mapping.rows[0].name
    assert bpy.ops.lsmplify.map_track(point=name, track="") == {"FINISHED"}


def test_icons_are_known_to_this_blender(extension) -> None:
    from lsmplify_extension.addon.mapping.panel import ICONS

    icons = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items
    assert {i for i in ICONS.values() if i not in icons} == set()
