# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's clean-up: motions that were solved or came from elsewhere, made better by hand and
eye.

Every function takes a `Motion` and gives a new one (or a list, or keys); nothing is changed in
place. Frames are counted from 0; spans are (first, last), both included. Long work is a generator
that yields `Progress`, to be driven by a window's timer or by `runtime.progress.run_steps`.

regions.py            REGIONS, region_names(), joints_of(names): named groups of joints.
attached.py           Attached; attach(motion, tracks, layout="auto", match=None, found=None): the
                      tracks in metres, and where each is fixed to the body. `attached_of(solution,
                      tracks)` after a solve.
resolve/              PoseKey, pose_key(motion, frame) in pose_keys.py; ResolveSettings, Resolved,
                      resolve_steps(motion, points, span, keys, joints=None, settings=None) in
                      spans.py: pose keys and a span to solve anew; Resolved.motion is bit-identical
                      outside the span. plugin.py: refine_steps(motion, tracks, …), a motion from
                      elsewhere brought to the tracks; blended(before, after, strength), the slider,
                      0 gives `before` itself.
feet/                 Floor, find_floor(motion); Contact, find_contacts(motion, floor),
                      load_contacts, save_contacts; lock.py: FeetSettings, lock_feet(motion,
                      contacts, floor, settings), feet stand where they stand.
keys/                 plan.py: KeySettings, KeyPlan, plan_keys(motion, settings); bezier.py:
                      curve_keys(times, values, chosen), evaluate_curve(keys, times); as few Bézier
                      keys as a given error allows.
smoothing.py          SmoothSettings, smooth_regions(motion, seconds_by_region, …), compared(before,
                      after), changes(before, after): the same in a line.
limits.py             within_limits(motion, strength), spread_twist(motion, strength),
                      smooth_unseen(motion, expected, …).
placing.py            where a take stands: floor, origin, front.
confidence.py         expected_errors(motion, points): how unsure the network is of a motion from
                      elsewhere; undecided(motion, points): rotations that no track shows.
worst_intervals.py    Span, worst_intervals(motion, points, expected): where to look first.
clean.py              the steps that need no choice of frames, in their usual order.
"""
