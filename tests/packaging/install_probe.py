# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender of its own, beside a copy of scripts/installed.py: installs, updates, toggles.

Usage: install_probe.py OLD_ZIP NEW_ZIP NEIGHBOUR_ZIP REPOSITORY TAKE. Prints one line of JSON.
Network and files are watched by an audit hook from before Blender is loaded.
"""

import gc
import importlib
import json
import os
import sys
from pathlib import Path

import installed

HERE = Path.cwd().resolve()
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
seen: dict = {"connected": [], "outside": []}


def watch(event: str, args: tuple) -> None:
    """Note what touches the network, and what writes elsewhere than in this folder."""
    # Binding to its own loopback is how Blender 5.2's HTTP library asks whether there is IPv6.
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        seen["connected"].append(f"{event} {args[1:]!r}")
        raise OSError("no network in this test")
    if event == "open":
        path, mode, flags = args
        writes = any(c in (mode or "") for c in "wax+") or (mode is None and flags & WRITING)
        if writes and isinstance(path, (str, bytes)):
            _note(path)
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "shutil.copyfile"):
        _note(args[0] if event == "os.mkdir" else args[1])


def _note(path: str | bytes) -> None:
    whole = Path(os.fsdecode(path)).resolve()
    allowed = whole.is_relative_to(HERE) or str(whole).startswith(("/dev/", "/proc/"))
    if not allowed and "__pycache__" not in whole.parts:
        seen["outside"].append(str(whole))


def main() -> None:
    old, new, neighbour, repository, take = (Path(a).resolve() for a in sys.argv[1:])
    installed.empty_user_folder(HERE / "blender_user")
    sys.addaudithook(watch)
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    seen["version"] = bpy.app.version_string
    seen["update"] = update(old, new, take)
    seen["toggled"] = toggle()
    seen["neighbour"] = beside(neighbour, take)
    installed.disable()
    seen["repository"] = from_repository(repository)
    print(json.dumps(seen))


def update(old: Path, new: Path, take: Path) -> dict:
    """An older version with settings, files of the user's and a saved scene; then the new one over
    it."""
    import bpy

    installed.install(old)
    installed.enable()
    before = version()
    preferences().smpl_file = "/somewhere/model.npz"
    bpy.ops.lsmplify.hide_first_steps()
    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath, settings.refine = "FILE", str(take), 3
    kept_by_hand()
    bpy.ops.lsmplify.save_preset(name="Mine")
    own = Path(bpy.utils.extension_path_user(installed.MODULE))
    files = sorted(str(p.relative_to(own)) for p in own.rglob("*.json"))
    bpy.ops.wm.save_as_mainfile(filepath=str(HERE / "kept.blend"))
    installed.install(new)
    if installed.MODULE not in bpy.context.preferences.addons:
        installed.enable()
    after = sorted(str(p.relative_to(own)) for p in own.rglob("*.json"))
    kept = {"smpl_file": preferences().smpl_file, "files": files, "after": after}
    kept["note"] = preferences().show_first_steps
    preferences().smpl_file = ""
    bpy.ops.wm.open_mainfile(filepath=str(HERE / "kept.blend"))
    settings = bpy.context.scene.lsmplify
    kept |= {"refine": settings.refine, "source": settings.source}
    solved = solves(take)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    kept["solves_anew"] = solves(take)
    kept["notes"] = bpy.context.scene.lsmplify.result.notes
    return {"from": before, "to": version(), "solves": solved, **kept}


def kept_by_hand() -> None:
    """Two tracks mapped the other way round, as the user may want it."""
    import bpy

    bpy.ops.lsmplify.match_tracks()
    first, second = (bpy.context.scene.lsmplify.mapping.rows[i] for i in (3, 6))
    names = first.name, second.name, first.track, second.track
    bpy.ops.lsmplify.map_track(point=names[0], track=names[3])
    bpy.ops.lsmplify.map_track(point=names[1], track=names[2])


def version() -> str:
    """What the installed manifest says."""
    module = sys.modules[installed.MODULE]
    text = (Path(module.__file__).parent / "blender_manifest.toml").read_text()
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("version"))


def preferences():
    import bpy

    return bpy.context.preferences.addons[installed.MODULE].preferences


def solves(take: Path) -> bool:
    """Whether the installed copy solves and bakes the take."""
    import bpy

    settings = bpy.context.scene.lsmplify
    settings.source, settings.filepath, settings.target = "FILE", str(take), "NEW"
    return bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}


def toggle() -> dict:
    """What is there without the extension, before and after it was switched on and off ten
    times."""
    installed.disable()
    installed.enable()
    installed.disable()
    before = inventory()
    for _ in range(10):
        installed.enable()
        installed.disable()
    after = inventory()
    different = [k for k in before if before[k] != after[k]]
    ours = [n for n in after["types"] if "lsmplify" in n.lower()]
    installed.enable()
    return {"different": different, "ours": ours}


def inventory() -> dict:
    """All that an extension may hang on Blender, in numbers and names that can be compared."""
    import bpy

    gc.collect()
    types = sorted(dir(bpy.types))
    handlers = {
        n: len(h)
        for n in dir(bpy.app.handlers)
        if isinstance(h := getattr(bpy.app.handlers, n), list)
    }
    drawn = {}
    properties = {}
    for name in types:
        cls = getattr(bpy.types, name)
        draw = getattr(getattr(cls, "draw", None), "_draw_funcs", None)
        if draw is not None:
            # Blender leaves its own first function in the list; only more of them would be ours.
            drawn[name] = len(draw)
        kinds = (bpy.types.ID, bpy.types.WindowManager, bpy.types.Bone, bpy.types.PoseBone)
        if isinstance(cls, type) and issubclass(cls, kinds):
            properties[name] = sorted(cls.bl_rna.properties.keys())
    commands = sorted(str(getattr(c, "id", c)) for c in getattr(bpy.utils, "_cli_commands", ()))
    keys = bpy.context.window_manager.keyconfigs.addon
    keymaps = {m.name: len(m.keymap_items) for m in keys.keymaps} if keys else {}
    timers = [
        f"{m}.{n}" for m, module in list(sys.modules.items()) if m.startswith(installed.MODULE)
        for n, value in list(vars(module).items())
        if callable(value) and bpy.app.timers.is_registered(value)
    ]  # fmt: skip
    return {
        "types": types, "operators": sorted(dir(bpy.ops.lsmplify)), "handlers": handlers,
        "drawn": drawn, "properties": properties, "commands": commands, "keymaps": keymaps,
        "timers": timers, "path": sorted(sys.path),
    }  # fmt: skip


def beside(neighbour: Path, take: Path) -> dict:
    """With another extension that bundles a wheel; then without it again."""
    import addon_utils
    import bpy

    other = "bl_ext.user_default.neighbour"
    installed.install(neighbour)
    addon_utils.enable(other, default_set=True)
    together = {
        "wheel": importlib.import_module("neighbours_wheel").NAME,
        "ours": importlib.import_module("c3d").__file__,
        "solves": solves(take),
    }
    addon_utils.disable(other, default_set=True)
    bpy.ops.extensions.package_uninstall(repo_index=_index("user_default"), pkg_id="neighbour")
    return together | {"after": solves(take)}


def _index(module: str) -> int:
    import bpy

    repos = bpy.context.preferences.extensions.repos
    return next(i for i, r in enumerate(repos) if r.module == module)


def from_repository(repository: Path) -> dict:
    """Install from a studio's own repository, without a network."""
    import addon_utils
    import bpy

    repos = bpy.context.preferences.extensions.repos
    repo = repos.new(
        name="Studio",
        module="studio",
        remote_url=(repository / "index.json").as_uri(),
        source="USER",
    )
    repo.enabled = repo.use_remote_url = True
    index = _index("studio")
    # Blender asks for this before any remote repository, of a local folder too.
    bpy.context.preferences.system.use_online_access = True
    bpy.ops.extensions.repo_sync(repo_index=index)
    bpy.ops.extensions.package_install(repo_index=index, pkg_id="lsmplify", enable_on_install=True)
    module = "bl_ext.studio.lsmplify"
    enabled = module in bpy.context.preferences.addons
    addon_utils.disable(module, default_set=True)
    return {"enabled": enabled}


if __name__ == "__main__":
    main()
    installed.leave()
