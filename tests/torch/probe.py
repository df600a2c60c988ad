# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender of its own, beside a copy of scripts/installed.py: the torch build, its
methods.

Usage: probe.py TORCH_ZIP SMALL_ZIP TAKE. Prints one line of JSON with what was seen.
"""

import importlib
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import installed

FRAMES = {"DEFAULT": 40, "PAPER": 40, "SKELETON": 6, "SMPLIFY": 3}


def main() -> None:
    torch_zip, small_zip, take = (Path(a).resolve() for a in sys.argv[1:])
    installed.empty_user_folder(Path("blender_user"))
    import bpy
    import numpy

    before = numpy.__version__, numpy.__file__
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    began = time.perf_counter()
    installed.install(torch_zip)
    installed.enable()
    seen: dict = {"install_seconds": round(time.perf_counter() - began, 1)}
    seen["held_mb"] = sum(p.lstat().st_size for p in Path("blender_user").rglob("*")) >> 20
    seen["numpy"] = [before, (numpy.__version__, numpy.__file__)]
    seen["imported"] = sorted({"torch", "smplx"} & set(sys.modules))
    seen["torch_file"] = find_spec("torch").origin
    seen["packages"] = sorted(p.name for p in Path(seen["torch_file"]).parents[1].iterdir())
    seen |= methods_seen()
    bpy.context.scene.render.fps = 30  # as the take, so that a frame is a sample
    seen["without_weights"] = refused("PAPER", take)
    weights = Path("paper.npz").resolve()
    weights_file(weights)
    bpy.context.preferences.addons[installed.MODULE].preferences.paper_weights = str(weights)
    seen["solved"] = {name: solved(name, take, frames) for name, frames in FRAMES.items()}
    seen["torch"] = sys.modules["torch"].__version__
    Path("paper.npz").write_bytes(b"no weights")
    seen["bad_weights"] = refused("PAPER", take)
    bpy.context.scene.lsmplify.device = "CUDA"
    seen["cuda"] = refused("SKELETON", take)
    installed.install(small_zip)
    installed.disable()
    installed.enable()
    import addon_utils

    packages = Path(seen["torch_file"]).parents[1]
    seen["lacking_in_small"] = methods_seen()["lacking"]
    addon_utils.extensions_refresh(ensure_wheels=True)
    seen["after_small"] = sorted(p.name for p in packages.iterdir())
    installed.disable()
    print(json.dumps(seen))


def methods_seen() -> dict:
    """What the panel would say of methods and devices."""
    methods = importlib.import_module(f"{installed.MODULE}.addon.solve.methods")
    research = importlib.import_module(
        f"{installed.MODULE}.lsmplify_core.workflows.research_methods"
    )
    return {
        "lacking": {item[0]: methods.lacking(item[0]) for item in methods.METHOD_ITEMS},
        "devices": {d: research.device_lacking(d) for d in research.DEVICES},
    }


def weights_file(path: Path) -> None:
    """Weights of the paper's network, untrained: it runs, and its poses mean nothing."""
    import torch

    inside = f"{installed.MODULE}.lsmplify_core.learning.paper"
    torch.manual_seed(0)
    network = importlib.import_module(f"{inside}.network").PaperNetwork()
    importlib.import_module(f"{inside}.convert").save_paper_network(network, path, {})


def solved(method: str, take: Path, frames: int) -> dict:
    """Solve and bake the first frames with a method, as the button does."""
    import bpy

    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath, settings.target = "FILE", str(take), "NEW"
    settings.use_range, settings.frame_start, settings.frame_end = True, 1, frames
    settings.method = method
    began = time.perf_counter()
    done = bpy.ops.lsmplify.solve_and_bake()
    result = settings.result
    armature = bpy.data.objects[result.armature]
    return {
        "done": sorted(done), "frames": result.frames, "mean_mm": result.mean_mm,
        "seconds": round(time.perf_counter() - began, 1),
        "action": armature.animation_data.action.name,
        "kept": armature.animation_data.action["lsmplify"]["method"],
    }  # fmt: skip


def refused(method: str, take: Path) -> str:
    """The one line that the button gives."""
    import bpy

    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath, settings.method = "FILE", str(take), method
    try:
        bpy.ops.lsmplify.solve_and_bake()
    except RuntimeError as error:
        return str(error).strip()
    return ""


if __name__ == "__main__":
    main()
    installed.leave()
