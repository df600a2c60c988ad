# SPDX-License-Identifier: GPL-3.0-or-later
"""Several people: an armature each, all or one of them, from names, collections and parents."""

import bpy
import numpy as np
import pytest


def two(prefixes=("Anna:", "Ben:"), frames: int = 12) -> list[list[bpy.types.Object]]:
    """Two people three metres apart, everything selected."""
    from dataclasses import replace

    from helpers import add_empties, waving

    motion = waving(frames, 24.0)
    away = replace(motion, root=motion.root + np.array([3.0, 1.0, 0.0]))
    return [add_empties(m, prefix=p) for m, p in zip((motion, away), prefixes, strict=True)]


def baked() -> list[bpy.types.Object]:
    return [o for o in bpy.data.objects if o.type == "ARMATURE" and o.animation_data]


def test_everybody_gets_an_armature(extension) -> None:
    from helpers import joints_in_world

    two()
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    made = baked()
    assert len(made) == 2
    assert sorted(a.name.split()[-1] for a in made) == ["Anna", "Ben"]
    places = {a.name.split()[-1]: joints_in_world(a)[0] for a in made}
    assert np.linalg.norm(places["Ben"] - places["Anna"]) == pytest.approx(10**0.5, abs=0.05)
    result = bpy.context.scene.lsmplify.result
    assert result.mean_mm < 5.0
    assert "Anna: " in result.notes
    assert "Ben: " in result.notes


def test_one_person_can_be_chosen(extension) -> None:
    two()
    settings = bpy.context.scene.lsmplify
    bpy.ops.lsmplify.find_layout()
    assert [p.name for p in settings.people] == ["Anna", "Ben"]
    settings.person = "Ben"
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert [a.name.split()[-1] for a in baked()] == ["Ben"]
    settings.person = "Carla"
    with pytest.raises(RuntimeError, match="no person 'Carla'"):
        bpy.ops.lsmplify.solve_and_bake()


def test_two_people_on_one_armature_are_refused(extension) -> None:
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    two()
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = (
        "EXISTING",
        make_armature(bpy.context, default_body(), "Body"),
    )
    with pytest.raises(RuntimeError, match="choose the one"):
        bpy.ops.lsmplify.solve_and_bake()
    settings.person = "Ben"
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}


@pytest.mark.parametrize("by", ["collections", "parents", "places"])
def test_people_whose_tracks_are_named_alike(extension, by: str) -> None:
    """Blender makes the second LHip an LHip.001; collections, parents or places tell whose it
    is."""
    people = two(("", ""))
    settings, scene = bpy.context.scene.lsmplify, bpy.context.scene
    room = bpy.data.collections.new("take")
    scene.collection.children.link(room)
    for name, empties in zip(("Dora", "Emil"), people, strict=True):
        own = bpy.data.collections.new(name) if by == "collections" else room
        if own is not room:
            room.children.link(own)
        root = bpy.data.objects.new(f"{name} root", None)
        room.objects.link(root)
        for empty in empties:
            own.objects.link(empty)
            if by == "parents":
                empty.parent = root
    settings.source, settings.collection = "COLLECTION", room
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert len(baked()) == 2
    assert settings.result.mean_mm < 5.0
    if by != "places":
        names = " ".join(a.name for a in baked())
        assert "Dora" in names
        assert "Emil" in names


def test_stopping_while_the_second_is_solved_leaves_nothing(extension) -> None:
    from lsmplify_extension.addon.people.solving import prepare_all, solve_all

    two(frames=60)
    objects, acts = set(bpy.data.objects), set(bpy.data.actions)
    steps = solve_all(prepare_all(bpy.context))
    done = [next(steps).done]
    while done[-1] < 0.7:
        done.append(next(steps).done)
    steps.close()
    assert done == sorted(done)
    assert set(bpy.data.objects) == objects
    assert set(bpy.data.actions) == acts


def test_the_command_solves_one_person(extension, tmp_path) -> None:
    from helpers import points_of, waving
    from lsmplify_extension.addon import cli
    from lsmplify_extension.lsmplify_core.motion.motion import load_motion

    names, points = points_of(waving(12, 24.0))
    both = np.concatenate((points, points + np.array([3.0, 1.0, 0.0])), axis=1)
    path = tmp_path / "two.npz"
    words = [f"{p}:{n}" for p in ("Anna", "Ben") for n in names]
    np.savez(path, points=both, names=np.array(words), rate=24.0)
    out = tmp_path / "out.npz"
    assert cli.run(["bake", "--file", str(path), "--person", "Ben", "-o", str(out)]) == 0
    assert load_motion(out).root[0, 0] == pytest.approx(3.0, abs=0.1)
    every, report = tmp_path / "every.npz", tmp_path / "report.json"
    words = ["bake", "--file", str(path), "-o", str(every), "--report", str(report)]
    assert cli.run(words) == 0
    assert load_motion(tmp_path / "every_Anna.npz").root[0, 0] == pytest.approx(0.0, abs=0.1)
    assert load_motion(tmp_path / "every_Ben.npz").root[0, 0] == pytest.approx(3.0, abs=0.1)
    assert (tmp_path / "report_Ben.json").exists()
    assert cli.run([*words, "--init", str(out)]) == 2
    blend = tmp_path / "out.blend"
    assert cli.run(["bake", "--file", str(path), "-o", str(blend)]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert len(baked()) == 5
