# SPDX-License-Identifier: GPL-3.0-or-later
"""The first minutes: the example is one click away, and the note stays away once it is put away."""

from types import SimpleNamespace

import bpy
import pytest


@pytest.fixture
def preferences(extension, monkeypatch) -> SimpleNamespace:
    """The extension's preferences, which Blender only has of what is switched on in it."""
    from lsmplify_extension.addon.first_steps import operators, panel

    kept = SimpleNamespace(show_first_steps=True, smpl_file="")
    for module in (operators, panel):
        monkeypatch.setattr(module, "preferences", lambda _context: kept)
    return kept


def test_the_example_is_loaded_looked_at_and_solved(extension) -> None:
    assert bpy.ops.lsmplify.load_example() == {"FINISHED"}
    settings = bpy.context.scene.lsmplify
    assert len(settings.collection.objects) == 41
    assert "41 of 41 points" in settings.found
    assert bpy.context.scene.frame_end > 150
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert settings.result.mean_mm < 5.0


def test_the_example_takes_the_place_of_what_was_chosen(extension) -> None:
    settings = bpy.context.scene.lsmplify
    settings.source, settings.layout, settings.person = "FILE", "BODY_25", "Anna"
    bpy.ops.lsmplify.load_example()
    assert (settings.source, settings.layout, settings.person) == ("COLLECTION", "auto", "")
    assert "CMU_41" in settings.found


def test_a_zip_without_the_example_says_so(extension, monkeypatch, tmp_path) -> None:
    from lsmplify_extension.addon.first_steps import operators

    monkeypatch.setattr(operators, "EXAMPLE", tmp_path / "gone.trc")
    with pytest.raises(RuntimeError, match="install the extension again"):
        bpy.ops.lsmplify.load_example()
    assert not bpy.data.objects


def test_the_note_is_shown_until_it_is_put_away(preferences) -> None:
    shown = bpy.types.LSMPLIFY_PT_first_steps.poll
    assert shown(bpy.context)
    bpy.context.preferences.is_dirty = False
    assert bpy.ops.lsmplify.hide_first_steps() == {"FINISHED"}
    assert not preferences.show_first_steps
    assert not shown(bpy.context)
    assert bpy.context.preferences.is_dirty, "Blender would not save it"


def test_without_preferences_the_note_stays(extension) -> None:
    assert bpy.types.LSMPLIFY_PT_first_steps.poll(bpy.context)
    assert bpy.ops.lsmplify.hide_first_steps() == {"CANCELLED"}
