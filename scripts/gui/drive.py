import subprocess, bpy


def shot():
    subprocess.run(["import", "-window", "root", "/stage/pictures/a.png"], check=True)
    print("gui: done", bpy.app.version_string, flush=True)
    bpy.ops.wm.quit_blender()


bpy.app.timers.register(shot, first_interval=3)
