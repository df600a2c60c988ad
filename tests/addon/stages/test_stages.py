# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar in stages: what is shown, and which button comes next."""

from types import SimpleNamespace

import bpy
import pytest


def next_step():
    from lsmplify_extension.addon.stages.next_step import next_step as found

    return found(bpy.context)


def shown() -> set[str]:
    """Panels of the tab that are drawn now."""
    from lsmplify_extension.addon import registration

    panels = [c for c in registration._CLASSES if issubclass(c, bpy.types.Panel)]
    return {c.bl_idname for c in panels if not hasattr(c, "poll") or c.poll(bpy.context)}


def test_each_page_shows_its_panel_alone(extension) -> None:
    from lsmplify_extension.addon.stages.properties import PAGES, STAGES

    settings, seen = bpy.context.scene.lsmplify, []
    for stage, *_ in STAGES:
        settings.stage = stage
        for page in [p[0] for p in PAGES.get(stage, ())] or [""]:
            if page:
                setattr(settings, f"{stage.lower()}_page", page)
            here = shown() - {"LSMPLIFY_PT_stages", "LSMPLIFY_PT_first_steps"}
            assert len(here) == 1, (stage, page)
            seen += here
    assert len(seen) == len(set(seen)) == 18


def test_no_panel_but_the_note_has_a_head_that_could_fold_it(extension) -> None:
    from lsmplify_extension.addon import registration

    for cls in registration._CLASSES:
        if issubclass(cls, bpy.types.Panel) and cls.bl_idname != "LSMPLIFY_PT_first_steps":
            assert "HIDE_HEADER" in cls.bl_options, cls


def test_the_button_leads_from_nothing_to_an_export(extension) -> None:
    """Each press as the sidebar would do it."""
    settings = bpy.context.scene.lsmplify
    assert next_step().operator == "lsmplify.import_tracks"
    bpy.ops.lsmplify.load_example()
    assert next_step().operator == "lsmplify.solve_and_bake"
    assert "41" in next_step().status
    bpy.ops.lsmplify.solve_and_bake()
    settings.stage = "REVIEW"
    step = next_step()
    for _ in range(21):
        if step.operator != "lsmplify.jump_to_span":
            break
        bpy.ops.lsmplify.jump_to_span(**step.values)
        step = next_step()
    assert step.operator == "lsmplify.go_to_stage"
    pressed = []
    for _ in range(12):
        step = next_step()
        pressed.append(step.operator.removeprefix("lsmplify."))
        if pressed[-1] == "export_take":
            break
        module, name = step.operator.split(".")
        getattr(getattr(bpy.ops, module), name)("INVOKE_DEFAULT", **step.values)
    assert pressed == [
        "go_to_stage", "lock_feet", "go_to_stage", "smooth", "go_to_stage", "limits", "go_to_stage",
        "reduce_keys", "go_to_stage", "export_take",
    ]  # fmt: skip


def test_pages_without_a_step_lead_to_the_first_step_that_is_not_made(extension) -> None:
    """After the last step the page Action offered the feet once more, not the export."""
    from lsmplify_extension.addon.stages.next_step import _after

    order = ["FEET", "SMOOTH", "LIMITS", "KEYS", "EXPORT"]
    for number, page in enumerate(order):
        made = set(order[:number])
        assert _after("ACTION", made) == _after("PLACE", made) == page
    assert [_after(page, set(order)) for page in order[:-1]] == order[1:]


@pytest.mark.parametrize(
    ("width", "scale", "narrow"), [(292, 1.0, False), (280, 1.0, False), (250, 1.0, True),
                                   (365, 1.25, False), (250, 1.25, True), (200, 1.0, True),
                                   (0, 1.0, False)]
)  # fmt: skip
def test_a_narrow_sidebar_has_two_stages_in_a_row(extension, width, scale, narrow) -> None:
    """With three, Character and Clean Up were cut off at 250 pixels and a scale of 1.25."""
    from lsmplify_extension.addon.common.panels import is_narrow

    system = SimpleNamespace(ui_scale=scale)
    region = SimpleNamespace(width=width) if width else None  # None where a script draws
    context = SimpleNamespace(preferences=SimpleNamespace(system=system), region=region)
    assert is_narrow(context) == narrow


def test_a_solve_is_not_offered_for_the_default_cube(extension) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=False)
    cube = bpy.data.objects["Cube"]
    cube.select_set(True)
    assert not bpy.ops.lsmplify.solve_and_bake.poll()
    assert next_step().status == "Select the objects that are the tracks"
    bpy.ops.object.select_all(action="SELECT")
    assert not bpy.ops.lsmplify.solve_and_bake.poll()
    cube.location.x = 1.0
    assert bpy.ops.lsmplify.solve_and_bake.poll()


@pytest.mark.parametrize("page", ["FEET", "EXPORT"])
def test_going_to_a_stage_can_name_its_page(extension, page) -> None:
    settings = bpy.context.scene.lsmplify
    assert bpy.ops.lsmplify.go_to_stage(stage="CLEAN_UP", page=page) == {"FINISHED"}
    assert (settings.stage, settings.clean_up_page) == ("CLEAN_UP", page)
    bpy.ops.lsmplify.go_to_stage(stage="CLEAN_UP", page="no such page")
    assert settings.clean_up_page == page
