# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pictures of demo and docs are made of; rendering them is left to `make demo`."""

import importlib.util
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "picture.py"


@pytest.fixture
def picture(extension, monkeypatch):
    spec = importlib.util.spec_from_file_location("picture_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "picture_script", module)  # its dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_spheres_of_one_colour_share_a_mesh(picture) -> None:
    red = bpy.data.materials.new("Red")
    one, two = picture._sphere(np.zeros(3), red), picture._sphere(np.ones(3), red)
    assert one.data == two.data
    assert tuple(two.location) == (1.0, 1.0, 1.0)
    assert np.ptp([v.co.x for v in one.data.vertices]) == pytest.approx(0.04, abs=1e-3)


def test_a_body_and_its_floor_are_meshes(picture) -> None:
    clay = bpy.data.materials.new("Clay")
    body = picture.mesh_object(np.eye(3), [(0, 1, 2)], clay)
    assert (len(body.data.vertices), len(body.data.polygons)) == (3, 1)
    assert (
        len(picture._floor().data.polygons) == 17
    )  # 16 of the bend's corners, one before, one above
