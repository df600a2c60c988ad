# SPDX-License-Identifier: GPL-3.0-or-later
"""No text of the sidebar is cut off: in every language, as Blender opens it and in 250 pixels, at
resolution scales of 1 and 1.25, whatever is chosen."""

from collections.abc import Iterator
from types import SimpleNamespace

import bpy
import pytest
from drawn_panels import Screen, Text, drawn, panels

LANGUAGES = ("en_US", "ko_KR", "ja_JP", "zh_HANS")
SIZES = ((280, 1.0), (292, 1.0), (250, 1.0), (350, 1.25), (250, 1.25))
"""Width in pixels and resolution scale; the wide ones are as Blender opens its sidebar."""
LONG = "a_take_of_somebody_with_a_very_long_name_0123456789"


@pytest.fixture(params=LANGUAGES)
def screens(extension, request, monkeypatch) -> list[Screen]:
    """The sizes in a language; the bpy module has none, so that ours is looked up here."""
    from lsmplify_extension.addon import translations

    texts = translations.LANGUAGES.get(request.param, {})

    def told(text: str, _context: str = "") -> str:
        return texts.get(text, text)

    found = SimpleNamespace(translations=SimpleNamespace(pgettext_iface=told))
    monkeypatch.setattr(translations, "bpy", SimpleNamespace(app=found))
    return [Screen(width, scale, told) for width, scale in SIZES]


def cut(screens: list[Screen], *pages: tuple[str, str]) -> list[Text]:
    """Texts without room on the pages, on all of them where none is named."""
    from lsmplify_extension.addon.stages.properties import PAGES, STAGES

    settings = bpy.context.scene.lsmplify
    every = [(s[0], p[0]) for s in STAGES for p in PAGES.get(s[0], (("",),))]
    found: list[Text] = []
    for stage, page in pages or every:
        settings.stage = stage
        if page:
            setattr(settings, f"{stage.lower()}_page", page)
        for panel in panels():
            found += [t for s in screens for t in drawn(panel, s) if not t.fits]
    return found


def test_nothing_is_cut_off_before_there_are_tracks(screens) -> None:
    assert not cut(screens)


def test_nothing_is_cut_off_with_a_take(screens) -> None:
    """Lists hold frames of five digits; names of takes are longer than any line."""
    take()
    assert not cut(screens)
    for page in choices():
        assert not cut(screens, page), page


def take() -> None:
    """Tracks, a body that moves, spans and repairs."""
    from kept_takes import body_with, waving

    bpy.ops.lsmplify.load_example()
    bpy.ops.lsmplify.find_layout()
    settings = bpy.context.scene.lsmplify
    settings.collection.name = LONG
    armature = body_with(waving(20, 24.0))
    action = armature.animation_data.action
    action.name = f"{LONG} LSMPLify"
    rig, step = armature.lsmplify_rig, action.lsmplify_step
    for region, what, figure, first, last in (
        ("right arm", "unsure", "128 °", 12345, 12399), ("left leg", "jitter", "13 km/s³", 1, 1),
        ("spine", "track error", "412 mm", 1001, 1099), ("head", "unsure", "13 °", 164, 199),
    ):  # fmt: skip
        span = rig.spans.add()
        span.region, span.what, span.figure = region, what, figure
        span.first, span.last, span.worst = first, last, first
    rig.looked, rig.spans_of, rig.posing = True, action.name, True
    for kind, first, last in (
        ("swap", 12345, 12399), ("spike", 77, 82), ("mislabel", 164, 166), ("gap", 1001, 1002),
    ):  # fmt: skip
        repair = step.repairs.add()
        repair.kind, repair.name, repair.start, repair.end = kind, f"{kind} LWRB", first, last
        repair.told = "LFWT and RFWT were exchanged at scene frames 12345 to 12399"
    step.changes = "jitter 12.34 → 5.67 km/s³, joints moved 12.3 mm (most 45)"
    result = settings.result
    result.done, result.layout, result.frames, result.shown = True, "CMU_41", 12000, action.name
    result.worst_track, result.worst_frame = "LFWT", 12350
    result.notes = "Nobody knows the unit of the tracks; metres were found from the body's size"
    result.verdict.grade = "check"
    settings.character.note = result.notes


def choices() -> Iterator[tuple[str, str]]:
    """Sets one choice after the other that changes a page; yields the page."""
    settings = bpy.context.scene.lsmplify
    for source in ("SELECTED", "BONES", "VERTICES", "FILE"):
        settings.source, settings.vertices_by = source, "ATTRIBUTE"
        settings.up, settings.filepath = "DIRECTION", f"{LONG}.json"
        yield "TRACKS", "SOURCE"
    settings.target, settings.armature = "EXISTING", bpy.context.view_layer.objects.active
    yield "BODY", ""
    settings.cleanup.resolve.bones = "REGIONS"
    yield "REVIEW", "CORRECT"
    for mode in ("EVERY", "NTH"):
        settings.cleanup.keys.mode = mode
        yield "CLEAN_UP", "KEYS"
    for method in ("PAPER", "SMPLIFY", "SKELETON"):
        settings.method = method
        yield "SOLVE", "METHOD"


class _TooLong:
    """A panel as somebody might write it."""

    __module__ = "lsmplify"

    def draw(self, context: bpy.types.Context) -> None:
        """A label and a row, both too long at 250 pixels and a scale of 1.25."""
        self.layout.label(text="Make an armature with a motion active")
        row = self.layout.row(align=True)
        for text in ("L Down", "L Up", "R Down", "R Up", "Both"):
            row.label(text=text)


def test_what_is_cut_off_is_found(extension) -> None:
    found = drawn(_TooLong, Screen(250, 1.25, str))
    assert [t.text for t in found if not t.fits][:2] == [
        "Make an armature with a motion active", "L Down",
    ]  # fmt: skip
    assert all(t.fits for t in drawn(_TooLong, Screen(600, 1.25, str)))
