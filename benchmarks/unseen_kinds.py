# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of `unseen.py`, two inputs or more of each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from c3d_files import MIPS, Odd, theia_bytes
from unseen_takes import (
    FRAMES,
    RATE,
    Input,
    both,
    c3d,
    json_file,
    json_folder,
    names,
    order,
    saved,
    seen,
    stamps,
    table,
    text,
    titles,
    trc,
    truth,
    turned,
    y_up,
)

from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.runtime.array_types import Floats

LIMBS: Final = "RShoulder RElbow RWrist LShoulder LElbow LWrist RHip RKnee RAnkle LHip LKnee LAnkle"
UNCLEAR: Final = "order|layout|candidate|fits"
SMPL_22: Final = tuple(range(22))


def orders() -> Iterator[Input]:
    """Which points so many numbers are."""
    kind = "order from the count"
    coco, h36m = seen("COCO_17"), seen("H36M_17", 2)
    lead = np.stack([np.arange(FRAMES) + 100.0, np.arange(FRAMES) / RATE], axis=1)
    flat = np.concatenate([lead, coco.reshape(FRAMES, -1)], axis=1)
    yield Input(kind, "COCO, frame and time first", table("a.csv", [], flat), (truth(),))
    yield Input(kind, "H36M, 3 x 17 x frames", saved("a.npy", h36m.transpose(2, 1, 0)),
                (truth(2),))  # fmt: skip
    sure = np.full((FRAMES, 25, 1), 0.8)
    yield Input(kind, "BODY_25 with confidence",
                saved("a.npy", np.concatenate([seen("BODY_25", 1), sure], axis=-1)),
                (truth(1),))  # fmt: skip
    yield Input(kind, "SMPL's 24, flat, centimetres",
                saved("a.npy", 100 * seen("SMPL_24", 2).reshape(FRAMES, 72)),
                (truth(2),))  # fmt: skip
    yield Input(kind, "SMPL's 22 below a person's axis",
                saved("a.npy", seen("SMPL_24", 0)[None, :, :22]), (truth(),))  # fmt: skip
    yield Input(kind, "SMPL's 22, y up, from the pelvis",
                saved("a.npy", y_up(seen("SMPL_24", 0)[:, :22])), (truth(),))  # fmt: skip
    ids = np.concatenate([np.full((FRAMES, 1), 3.0), seen("HALPE_26", 0).reshape(FRAMES, -1)], 1)
    yield Input(kind, "HALPE, id first, blanks", table("a.txt", [], ids, " "), (truth(),))
    yield Input(kind, "OpenPose's 18, centimetres",
                saved("a.npy", 100 * order("BODY_25", "Nose Neck " + LIMBS +
                                           " REye LEye REar LEar", 1)), (truth(1),))  # fmt: skip
    yield Input(kind, "MediaPipe's 33, feet, y down",
                saved("a.npy", -y_up(seen("MediaPipe_33")) / 0.3048 * [-1, 1, 1]),
                (truth(),), tells="mirror|good|check")  # fmt: skip
    random = np.random.default_rng(3)
    yield Input(kind, "17 of COCO, shuffled", saved("a.npy", coco[:, random.permutation(17)]),
                refusal=UNCLEAR, untrusted=True)  # fmt: skip
    yield Input(kind, "Kinect's 25, rows of one person", saved("a.npy", seen("AzureKinect_32", 0)[
        :, [0, 1, 3, 26, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 2, 9, 10, 16,
            17]]), (truth(),), 60.0)  # fmt: skip
    yield Input(kind, "OptiTrack's 21 bones, told", saved("a.npy", seen("OptiTrack_Bones_21", 1)),
                (truth(1),), layout="OptiTrack_Bones_21", refusal=UNCLEAR)  # fmt: skip
    yield Input(kind, "Mixamo's 25", saved("a.npy", seen("Mixamo_25", 1)), (truth(1),),
                refusal=UNCLEAR)  # fmt: skip


def subjects() -> Iterator[Input]:
    """People in different sets."""
    kind = "several subjects"
    points, one, other = both("Vicon_53", "PlugInGait_39")
    people = (truth(0), truth(1))
    yield Input(kind, "Vicon and Plug-in Gait, C3D",
                c3d("a.c3d", points, [f"Zoe:{n}" for n in one] + [f"Al:{n}" for n in other]),
                people)  # fmt: skip
    points, one, other = both("BODY_25", "H36M_17")
    told = [f"p2:{n}" for n in one] + [f"p1:{n}" for n in other]
    yield Input(kind, "BODY_25 and H36M, table", table("a.csv", titles(told), points), people)
    points, one, other = both("CMU_41", "IOR_Gait")
    told = [f"Ann:{n}" for n in one] + [f"Bob:{n}" for n in other]
    yield Input(kind, "CMU and IOR, TRC y up", trc("a.trc", y_up(points), told), people)
    ball = 0.1 * np.random.default_rng(1).standard_normal((FRAMES, 5, 3)) + [2, 0, 0.3]
    body = seen("PlugInGait_39", 2)
    told = [f"Ball:b{i}" for i in range(5)] + [f"Kim:{n}" for n in names("PlugInGait_39")]
    yield Input(kind, "a ball before the person",
                c3d("a.c3d", np.concatenate([ball, body], axis=1), told), (truth(2),),
                tells="Ball")  # fmt: skip


def mirrors() -> Iterator[Input]:
    """Left-handed worlds and exchanged labels."""
    kind = "mirrored"
    left = y_up(seen("BODY_25", 0)) * [1, 1, -1]
    yield Input(kind, "y up, z mirrored", table("a.csv", titles(names("BODY_25")), left),
                (truth(),), tells="mirror")  # fmt: skip
    left = 100 * seen("MediaPipe_33", 2) * [1, -1, 1]
    yield Input(kind, "Unreal's: z up, y mirrored, cm",
                table("a.csv", titles(names("MediaPipe_33"), "{n}.{a}"), left), (truth(2),),
                tells="mirror")  # fmt: skip
    swapped = [{"L": "R", "R": "L"}.get(n[0], n[0]) + n[1:] if n != "RBAK" else n
               for n in names("PlugInGait_39")]  # fmt: skip
    yield Input(kind, "labels exchanged, C3D", c3d("a.c3d", seen("PlugInGait_39", 0), swapped),
                (truth(),), tells="mirror|exchanged", untrusted=True)  # fmt: skip
    swapped = [n.replace("Left", "@").replace("Right", "Left").replace("@", "Right")
               .replace("left", "@").replace("right", "left").replace("@", "right")
               for n in names("COCO_17")]  # fmt: skip
    yield Input(kind, "labels exchanged, COCO",
                table("a.csv", titles(swapped), seen("COCO_17", 3)), (truth(3),),
                tells="mirror|exchanged", untrusted=True)  # fmt: skip


def ups() -> Iterator[Input]:
    """Axes that are declared wrongly."""
    kind = "up declared wrongly"
    yield Input(kind, "C3D says +Y, stands along +Z",
                c3d("a.c3d", seen("PlugInGait_39", 0), names("PlugInGait_39"), Odd(up="+Y",
                    rate=RATE)), (truth(),))  # fmt: skip
    down = seen("CMU_41", 2) * [1, -1, -1]
    yield Input(kind, "C3D says +Z, upside down",
                c3d("a.c3d", down, names("CMU_41"), Odd(up="+Z", rate=RATE)),
                (truth(2),))  # fmt: skip
    yield Input(kind, "TRC with Z up", trc("a.trc", seen("HALPE_26", 1), names("HALPE_26")),
                (truth(1),))  # fmt: skip
    lying = seen("Vicon_53", 3)[..., [2, 0, 1]]
    yield Input(kind, "X up in a table of metres",
                table("a.csv", titles(names("Vicon_53")), lying), (truth(3),),
                untrusted=True)  # fmt: skip
    yield Input(kind, "the user's axis is another one",
                table("a.csv", titles(names("BODY_25")), seen("BODY_25", 0)), (truth(),),
                untrusted=True, options={"up": "x"}, tells="stands along|lies|good")  # fmt: skip


def tilts() -> Iterator[Input]:
    """Worlds of cameras."""
    kind = "tilted"
    for number, (layout, pitch, roll) in enumerate(
        (("BODY_25", 24.0, -9.0), ("COCO_133", -18.0, 14.0), ("Vicon_53", 12.0, 20.0))
    ):
        points = turned(seen(layout, 0), pitch, roll)
        yield Input(kind, f"{layout}, {pitch:g} and {roll:g} degrees",
                    table("a.csv", titles(names(layout)), points), (truth(),), 75.0,
                    tells="level")  # fmt: skip
        if number == 0:
            camera = turned(seen(layout, 0), 24.0)[..., [0, 2, 1]] * [1, -1, 1] + [0, 1.5, 4]
            yield Input(kind, "a camera's frame, y down", saved("a.npy", camera), (truth(),), 75.0,
                        tells="level")  # fmt: skip


def held() -> Iterator[Input]:
    """Gaps filled with the last value."""
    kind = "held values"
    points = seen("HALPE_26", 0).copy()
    for k, first, end in ((3, 10, 35), (10, 20, 50), (16, 0, 25)):
        points[first:end, k] = points[first if first else end - 1, k]
    yield Input(kind, "TRC, middle and start", trc("a.trc", y_up(points), names("HALPE_26")),
                (truth(),), 25.0)  # fmt: skip
    points = seen("PlugInGait_39", 1).copy()
    points[25:48, 20:26] = points[24, 20:26]
    yield Input(kind, "C3D, six markers at once",
                c3d("a.c3d", points, names("PlugInGait_39"), Odd(rate=RATE)), (truth(1),),
                30.0)  # fmt: skip
    points = seen("BODY_25", 2).copy()
    points[30:, [4, 7]] = points[29, [4, 7]]
    yield Input(kind, "table, to the end", table("a.csv", titles(names("BODY_25")), points),
                (truth(2),), 60.0)  # fmt: skip


def clocks() -> Iterator[Input]:
    """Times."""
    kind = "time"
    seconds = np.arange(FRAMES) / RATE
    head = ["timestamp", *titles(names("BODY_25"))]
    for form in ("iso", "hms", "ns", "us"):
        yield Input(kind, f"clock {form}",
                    table("a.csv", head, seen("BODY_25", 0), first=stamps(form, seconds)),
                    (truth(),), rate=RATE)  # fmt: skip
    jitter = seconds + 0.004 * np.random.default_rng(2).uniform(-1, 1, FRAMES)
    yield Input(kind, "stamps that tremble",
                table("a.csv", ["time_ms", *head[1:]], seen("BODY_25", 1),
                      first=[f"{1000 * s:.1f}" for s in jitter]), (truth(1),),
                rate=RATE)  # fmt: skip
    keep = np.array([t for t in range(FRAMES) if t not in (*range(12, 17), *range(40, 44))])
    rows = seen("CMU_41", 0)[keep]
    yield Input(kind, "rows absent, by frame numbers",
                table("a.csv", ["frame", *titles(names("CMU_41"))], rows,
                      first=[str(900 + 2 * t) for t in keep]), (truth(),))  # fmt: skip
    yield Input(kind, "rows absent, TRC", trc("a.trc", y_up(seen("BODY_25", 1)[keep]),
                                              names("BODY_25"), times=keep / RATE,
                                              numbers=[int(t) + 1 for t in keep]),
                (truth(1),), rate=RATE)  # fmt: skip
    yield Input(kind, "header says 120, times 30",
                trc("a.trc", y_up(seen("BODY_25", 2)), names("BODY_25"), 120.0,
                    times=seconds), (truth(2),), rate=RATE, tells="rate|times|header")  # fmt: skip
    frames = {
        t * 3 + 7: {"version": 1.3, "people": [{"pose_keypoints_3d": np.concatenate(
            [seen("BODY_25", 0)[t], np.ones((25, 1))], axis=1).ravel().tolist()}]}
        for t in keep
    }  # fmt: skip
    yield Input(kind, "files absent, numbered by threes",
                json_folder("rec", frames, "take_{:06d}_keypoints.json"), (truth(),))  # fmt: skip


def quantities() -> Iterator[Input]:
    """Columns that are no places."""
    kind = "no places"
    own = names("BODY_25")
    random = np.random.default_rng(5)
    points = seen("BODY_25", 0)
    quaternions = random.standard_normal((FRAMES, 25, 4))
    quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
    together = np.concatenate([quaternions, points], axis=-1)
    head = [f"{n}_{a}" for n in own for a in ("qw", "qx", "qy", "qz", "px", "py", "pz")]
    yield Input(kind, "quaternions before places", table("a.csv", head, together), (truth(),))
    speed = np.gradient(points, axis=0) * RATE
    head = titles(own, "{n} Pos {a}", "XYZ") + titles(own, "{n} Vel {a}", "XYZ")
    yield Input(kind, "places, then velocities",
                table("a.csv", head, np.concatenate([points, speed], axis=1)),
                (truth(),))  # fmt: skip
    head = [f"{n}_{w}_{a}" for n in own for w in ("acc", "pos") for a in "xyz"]
    both_of = np.stack([np.gradient(speed, axis=0), points], axis=2).reshape(FRAMES, -1)
    yield Input(kind, "accelerations beside places", table("a.csv", head, both_of), (truth(),))
    yield Input(kind, "accelerations alone",
                table("a.csv", titles(own, "{n}_acc_{a}"), np.gradient(speed, axis=0)),
                refusal="acceler|places|no columns|velocit")  # fmt: skip
    angles = 40 * np.sin(np.cumsum(random.standard_normal((FRAMES, 75)), axis=0))
    yield Input(kind, "Euler angles alone", table("a.csv", titles(own, "{n}_rot{a}"), angles),
                refusal="rotation|angle|places|no columns")  # fmt: skip
    yield Input(kind, "joint angles under plain names",
                table("a.csv", titles(own), angles), refusal=".", untrusted=True)  # fmt: skip


def c3ds() -> Iterator[Input]:
    """Sound C3D that libraries find strange, and truncated ones."""
    kind = "odd C3D"
    own, points = names("CMU_41"), seen("CMU_41", 0)
    yield Input(kind, "MIPS, integers, a wrong header",
                c3d("a.c3d", points, own, Odd(processor=MIPS, scale=0.1, rate=RATE,
                    header_rate=900.0)), (truth(),), rate=RATE)  # fmt: skip
    yield Input(kind, "cut off at the end", c3d("a.c3d", points, own, Odd(rate=RATE), 0.3),
                (truth(0, 41),), tells="cut off")  # fmt: skip
    yield Input(kind, "first frame 4001, analog", c3d("a.c3d", points, own, Odd(
        rate=RATE, first=4001, analog=6)), (truth(),), rate=RATE)  # fmt: skip

    motion = truth(2)
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    labels = ("pelvis", "torso", "head", "l_thigh", "r_thigh", "l_shank", "r_shank", "l_foot",
              "r_foot", "l_uarm", "r_uarm", "l_larm", "r_larm", "l_hand", "r_hand")  # fmt: skip
    joints = [0, 9, 15, 1, 2, 4, 5, 7, 8, 16, 17, 18, 19, 20, 21]
    frames = axis_angle_to_matrix(np.random.default_rng(6).standard_normal((15, 3)))
    data = theia_bytes(1000 * placed[:, joints], [f"{n}_4X4" for n in labels], RATE,
                       turned[:, joints] @ frames)  # fmt: skip

    def write(folder: Path) -> Path:
        (folder / "a.c3d").write_bytes(data)
        return folder / "a.c3d"

    yield Input(kind, "Theia's rotations without points", write, (motion,), 50.0, tells="rotations")


def tools() -> Iterator[Input]:
    """Files as other tools write them."""
    kind = "tools"
    yield from _kinect(kind)
    own, points = names("PlugInGait_39"), 1000 * seen("PlugInGait_39", 0)
    for mark, dot in ((";", ","), ("\t", ".")):
        cells = [[str(t + 1), "0", *(f"{x:.3f}".replace(".", dot) for x in points[t].ravel())]
                 for t in range(FRAMES)]  # fmt: skip
        lines = ["Devices", "1000", f"{mark}{mark}Plate 1 - Force",
                 mark.join(["Frame", "Sub Frame", "Fx", "Fy", "Fz"]),
                 mark.join(["", "", "N", "N", "N"]),
                 *(mark.join([str(i // 10 + 1), str(i % 10), "1", "2", "3"]) for i in range(700)),
                 "", "Trajectories", "30", 2 * mark + (3 * mark).join(f"Eva:{n}" for n in own),
                 mark.join(["Frame", "Sub Frame", *("X", "Y", "Z") * 39]),
                 2 * mark + mark.join(["mm"] * 117), *(mark.join(c) for c in cells)]  # fmt: skip
        yield Input(kind, f"Nexus, {'semicolons' if mark == ';' else 'tabs'}, devices first",
                    text("a.csv", lines), (truth(),), rate=RATE)  # fmt: skip
    head = [
        "TimeStamp",
        "FrameNumber",
        *(f"{n}.Pos{a}" for n in own for a in "XYZ"),
        *(f"FP{i}.{w}{a}" for i in (1, 2) for w in ("Cop", "For", "Mom") for a in "XYZ"),
    ]
    meters = y_up(points / 1000)
    forces = np.random.default_rng(0).standard_normal((FRAMES, 18)) * 300
    rows = np.concatenate([meters.reshape(FRAMES, -1), forces], axis=1)
    first = [f"{t / RATE:.6f}\t{t + 1}" for t in range(FRAMES)]
    yield Input(kind, "D-Flow with force plates", table("a.txt", head, rows, "\t", first=first),
                (truth(),), rate=RATE)  # fmt: skip
    bodies = order(
        "BODY_25",
        "Neck Nose MidHip LShoulder LElbow LWrist LHip LKnee LAnkle RShoulder RElbow RWrist RHip "
        "RKnee RAnkle LEye LEar REye REar",
    )
    frames = {
        t: {"version": 0.7, "univTime": 1e5 + t * 1000 / RATE, "bodies": [{"id": 3, "joints19": [
            *np.concatenate([-100 * y_up(bodies[t]) * [-1, 1, 1], np.ones((19, 1))],
                            axis=1).ravel().tolist()]}]}
        for t in range(FRAMES)
    }  # fmt: skip
    yield Input(kind, "Panoptic, y down, mirrored twice",
                json_folder("hd", frames, "body3DScene_{:08d}.json"), (truth(),),
                untrusted=True)  # fmt: skip
    mmpose = [{"frame_id": t, "instances": [{
        "keypoints": seen("H36M_17", 1)[t].tolist(), "keypoint_scores": [0.9] * 17,
        "track_id": 4}]} for t in range(FRAMES)]  # fmt: skip
    yield Input(kind, "MMPose's 3D predictions", json_file("a.json", {"instance_info": mmpose}),
                (truth(1),))  # fmt: skip
    coco = names("COCO_17")
    columns = [(p, n, a) for p in ("mouse1", "mouse2") for n in coco for a in "xyz"]
    lines = [",".join([w, *(c[i] for c in columns)]) for i, w in
             enumerate(("individuals", "bodyparts", "coords"))]  # fmt: skip
    one, other = seen("COCO_17", 0), seen("COCO_17", 1)
    other = other + (one.mean(axis=(0, 1)) - other.mean(axis=(0, 1))) * [1, 1, 0] + [1.7, 0, 0]
    lines += [",".join([str(t), *(f"{x:.5f}" for x in np.concatenate([one[t], other[t]]).ravel())])
              for t in range(FRAMES)]  # fmt: skip
    yield Input(kind, "DeepLabCut, two animals", text("a.csv", lines), (truth(0), truth(1)))
    yield Input(kind, "HumanML3D, batch x 22 x 3 x frames",
                saved("a.npy", y_up(seen("SMPL_24", 1)[:, :22]).transpose(1, 2, 0)[None]),
                (truth(1),))  # fmt: skip
    yield from _motive(kind)


def _kinect(kind: str) -> Iterator[Input]:
    own = names("AzureKinect_32")
    points = seen("AzureKinect_32", 2)
    camera = y_up(points) * [1, -1, -1] * 1000 + [0, 900, 2500]
    lines = ["time_usec,body_id,joint,x_mm,y_mm,z_mm"]
    lines += [f"{round(1e6 * t / RATE)},1,{n},{p[0]:.2f},{p[1]:.2f},{p[2]:.2f}"
              for t in range(FRAMES) for n, p in zip(own, camera[t], strict=True)]  # fmt: skip
    yield Input(kind, "Azure Kinect, a joint a row", text("a.csv", lines), (truth(2),),
                rate=RATE)  # fmt: skip


def _motive(kind: str) -> Iterator[Input]:
    own, points = names("OptiTrack_Core_50"), y_up(seen("OptiTrack_Core_50", 1))
    stray = np.tile(np.random.default_rng(8).uniform(-2, 2, (6, 3)), (FRAMES, 1, 1))
    for space in ("Global", "Local"):
        head = [("Marker", f"Unlabeled {1500 + i}") for i in range(6)]
        head += [("Marker", f"Sue:{n}") for n in own]
        lines = [
            f"Format Version,1.25,Take Name,a,Capture Frame Rate,120,Export Frame Rate,30,"
            f"Length Units,Meters,Coordinate Space,{space}", "",
            ",Type," + ",".join(k for k, _ in head for _ in "xyz"),
            ",Name," + ",".join(n for _, n in head for _ in "xyz"),
            ",ID," + ",".join("7" for _ in head for _ in "xyz"),
            ",," + ",".join("Position" for _ in head for _ in "xyz"),
            "Frame,Time (Seconds)," + ",".join("XYZ"[i % 3] for i in range(3 * len(head))),
        ]  # fmt: skip
        for t in range(FRAMES):
            row = np.concatenate([stray[t], points[t]]).ravel()
            lines.append(",".join([str(t), f"{t / RATE:.6f}", *(f"{x:.6f}" for x in row)]))
        yield Input(kind, f"Motive, {space}, unlabelled first", text("a.csv", lines),
                    (truth(1),), rate=RATE)  # fmt: skip


def flats() -> Iterator[Input]:
    """2D in 3D's clothes."""
    kind = "2D as 3D"
    points = seen("HALPE_26", 0)
    zero = points * [300, 0, 300] + [900, 0, 500]
    yield Input(kind, "TRC, one axis 0", trc("a.trc", zero[..., [0, 2, 1]], names("HALPE_26")),
                refusal="2D|plane")  # fmt: skip
    ones = np.concatenate([seen("COCO_17", 1)[..., [0, 2]] * 400, np.ones((FRAMES, 17, 1))], -1)
    yield Input(kind, "COCO in pixels with confidence 1", saved("a.npy", ones), refusal="2D|plane")
    own = y_up(seen("MediaPipe_33", 0)) * [1, -1, -1]
    shares = (own - own[:, [23, 24]].mean(axis=(0, 1))) * [0.2, 0.2 * 16 / 9, 0.2]
    shares = shares + np.array([0.5, 0.5, 0.0])
    frames = [{"landmarks": [[dict(zip("xyz", p, strict=True)) for p in f]]}
              for f in shares.tolist()]  # fmt: skip
    yield Input(kind, "image landmarks of a task", json_file("a.json", frames),
                refusal="image|normal", untrusted=True)  # fmt: skip
    yield Input(kind, "the same with the picture's size", json_file("a.json", frames), (truth(),),
                60.0, any_size=True, options={"image": "1280x720"}, tells="image")  # fmt: skip


def clinical() -> Iterator[Input]:
    """Clinical sets, and limbs that leave the volume."""
    kind = "clinical"
    yield Input(kind, "IOR", c3d("a.c3d", seen("IOR_Gait", 0), names("IOR_Gait"), Odd(rate=RATE)),
                (truth(),), 45.0)  # fmt: skip
    yield Input(kind, "Helen Hayes", c3d("a.c3d", seen("HelenHayes", 0), names("HelenHayes"),
                                         Odd(rate=RATE)), (truth(),), 60.0)  # fmt: skip
    points = seen("PlugInGait_39", 0).copy()
    legs = [
        k for k, p in enumerate(load("PlugInGait_39").keypoints) if p.joint in (4, 5, 7, 8, 10, 11)
    ]
    points[38:, legs] = np.nan
    yield Input(kind, "legs leave the volume",
                c3d("a.c3d", points, names("PlugInGait_39"), Odd(rate=RATE)), (truth(),), 90.0,
                untrusted=True)  # fmt: skip
    points = seen("CMU_41", 2).copy()
    points[45:, 3:] = np.nan
    yield Input(kind, "all but three leave", c3d("a.c3d", points, names("CMU_41"), Odd(rate=RATE)),
                (truth(2),), tells="held|few", untrusted=True)  # fmt: skip


def load(layout: str) -> Any:
    """A layout."""
    from lsmplify_core.layouts.layout import load_layout

    return load_layout(layout)


def garbage() -> Iterator[Input]:
    """Good names on other numbers."""
    kind = "garbage"
    random = np.random.default_rng(4)
    own = names("CMU_41")
    walk = np.cumsum(0.02 * random.standard_normal((FRAMES, 41, 3)), axis=0) + random.uniform(
        -1, 1, (41, 3)
    )
    bad: dict[str, Floats] = {
        "walks of their own": walk,
        "names dealt anew": seen("CMU_41", 0)[:, random.permutation(41)],
        "directions": np.gradient(seen("CMU_41", 1), axis=0)
        / np.maximum(np.linalg.norm(np.gradient(seen("CMU_41", 1), axis=0), axis=-1,
                                    keepdims=True), 1e-9),
        "from neighbour to neighbour": np.diff(seen("CMU_41", 2), axis=1, append=0.0),
    }  # fmt: skip
    for name, points in bad.items():
        yield Input(kind, name, table("a.csv", titles(own), points), refusal=".",
                    untrusted=True)  # fmt: skip


KINDS: Final[tuple[Callable[[], Iterator[Input]], ...]] = (
    orders, subjects, mirrors, ups, tilts, held, clocks, quantities, c3ds, tools, flats, clinical,
    garbage,
)  # fmt: skip
