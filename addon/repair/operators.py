# SPDX-License-Identifier: GPL-3.0-or-later
"""Go to a repair, tick many at once, and solve with those that are ticked."""

from collections.abc import Generator

import bpy
from bpy.props import BoolProperty, EnumProperty

from ...lsmplify_core.pipeline import Progress
from ...lsmplify_core.repair import Repair
from ...lsmplify_core.repair.records import KINDS
from ...lsmplify_core.review.solve_again import SolvedAgain
from ..clean_up.step_operator import StepOperator
from ..common.jumping import JumpFields
from ..takes import choosing, live, record, repairs
from ..takes.armature_operator import ArmatureOperator
from ..takes.held import found_again, held
from ..takes.reading import shown_action
from . import making

_WHICH = (
    ("ALL", "All", "Every repair"),
    *((kind.upper(), kind.title(), f"Those of the kind {kind}") for kind in KINDS),
)


class LSMPLIFY_OT_jump_to_repair(JumpFields, ArmatureOperator, bpy.types.Operator):
    """Go to the first frame of a repair"""

    bl_idname = "lsmplify.jump_to_repair"
    bl_label = "Jump to Repair"

    @classmethod
    def lacking(cls, armature: bpy.types.Object) -> str:
        """Without repairs there is nowhere to go."""
        owner = record.owner_of(shown_action(armature))
        found = owner is not None and len(owner.lsmplify_step.repairs) > 0
        return "" if found else "Nothing had to be repaired"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Go there."""
        step = making.owner_of(armature).lsmplify_step
        step.repair = self.wanted(step.repair, len(step.repairs))
        item = step.repairs[step.repair]
        return f"{item.name}, scene frames {item.start} to {item.end}: {item.told}"


class LSMPLIFY_OT_tick_repairs(ArmatureOperator, bpy.types.Operator):
    """Tick repairs, or exclude them, many at once; the motion changes when it is solved again"""

    bl_idname = "lsmplify.tick_repairs"
    bl_label = "Tick Repairs"

    which: EnumProperty(
        name="Which", items=_WHICH, default="ALL", description="Which repairs to tick or exclude"
    )
    on: BoolProperty(name="Repair", default=True, description="Tick them, else exclude them")

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Tick them."""
        items = making.owner_of(armature).lsmplify_step.repairs
        found = [i for i in items if self.which in ("ALL", i.kind.upper())]
        for item in found:
            item.on = self.on
        return f"{len(found)} repairs {'ticked' if self.on else 'excluded'}"


class LSMPLIFY_OT_solve_with_repairs(StepOperator, bpy.types.Operator):
    """Solve again with the ticked repairs, into a new action; later clean-up steps are not in it"""

    bl_idname = "lsmplify.solve_with_repairs"
    bl_label = "Solve With This List"
    kind = "MEND"
    in_window = True
    threaded = True

    _undone: list[Repair]

    def take_settings(self, context: bpy.types.Context) -> None:
        """The list itself is all there is to set."""

    def begin(self, context: bpy.types.Context) -> Generator[Progress, None, SolvedAgain]:
        """Read the take and its list; the work of the solve."""
        armature = choosing.armature(context)
        self._take, listed = making.read(context, armature), making.owner_of(armature)
        self._held = held(context, self._take)
        self._undone = repairs.listed(listed)[1]
        return making.solving(context, self._take, listed)

    def finish(self, context: bpy.types.Context, result: SolvedAgain) -> set[str]:
        """The new action, with the list as it was."""
        kept = self._held
        with live.silent(), found_again(context, kept, self.lasted) as (there, take):
            action = making.write(there, take, self._undone, result, kept.into)
        items = action.lsmplify_step.repairs
        done = sum(i.on for i in items)
        self.report({"INFO"}, f"{action.name}: {done} of {len(items)} repairs done")
        return {"FINISHED"}


CLASSES = (
    LSMPLIFY_OT_jump_to_repair, LSMPLIFY_OT_tick_repairs, LSMPLIFY_OT_solve_with_repairs,
)  # fmt: skip
