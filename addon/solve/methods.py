# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods to solve with: the solver, and the research methods that only the torch build has."""

from pathlib import Path

import bpy

from ...lsmplify_core.ik.backend import NUMPY, check_device
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.workflows import research_methods as research
from ...lsmplify_core.workflows.research_methods import Research
from ..body.model_file import ADDON
from ..common import lines

DEFAULT = "DEFAULT"
_METHODS = {
    DEFAULT: research.DEFAULT,
    "PAPER": research.PAPER,
    "SMPLIFY": "smplify",
    "SKELETON": "smplify-skeleton",
}
METHOD_ITEMS = (
    (DEFAULT, "LSMPLify", "The solver of this add-on: exact, fast, any tracks"),
    ("PAPER", "Learnable SMPLify", "The paper's network alone, frame after frame; BODY_25 tracks "
     "only. Its weights are chosen in the preferences"),
    ("SMPLIFY", "SMPLify", "An optimisation in every frame, over a whole mesh; slow"),
    ("SKELETON", "SMPLify, Bones Only", "The same without the mesh; less slow"),
)  # fmt: skip
DEVICE_ITEMS = (
    ("CPU", "CPU", "The processor: NumPy for LSMPLify, PyTorch for the research methods"),
    ("CUDA", "GPU", "An NVIDIA or AMD graphics card, where PyTorch is built for it"),
    ("MPS", "Apple GPU", "The graphics part of an Apple chip"),
)


def lacking(method: str) -> str:
    """Why a method cannot be used here, or nothing."""
    return research.lacking(_METHODS[method])


def chosen_method(context: bpy.types.Context) -> Research:
    """The scene's method, and the weights that the preferences name."""
    settings = context.scene.lsmplify
    addon = context.preferences.addons.get(ADDON)
    text = addon.preferences.paper_weights if addon is not None and addon.preferences else ""
    weights = Path(bpy.path.abspath(text)) if text else None
    return Research(_METHODS[settings.method], settings.device.lower(), weights)


def solver_device(context: bpy.types.Context) -> str:
    """Where the solver computes, as `SolveSettings` has it: in NumPy on the processor."""
    device = context.scene.lsmplify.device.lower()
    return NUMPY if device == "cpu" else device


def check_solver_device(device: str) -> None:
    """Raise InputError, in the panel's words, where a device is not there. A device of PyTorch's
    loads it, which takes seconds once."""
    try:
        check_device(device)
    except InputError as error:
        label = next((i[1] for i in DEVICE_ITEMS if i[0].lower() == device), device)
        why = f" ({error.__cause__})" if error.__cause__ else ""
        raise InputError(
            f"device {label}: PyTorch finds none on this machine{why}; choose CPU on the page "
            "Solve > Method"
        ) from error


def trouble(context: bpy.types.Context) -> str:
    """Why the chosen method cannot run, as one sentence, or nothing. Asked at every redraw."""
    chosen = chosen_method(context)
    if chosen.method == research.DEFAULT and research.device_lacking(chosen.device):
        return "The chosen device cannot be used here; choose CPU on the page Method"
    reason = research.lacking(chosen.method) or research.device_lacking(chosen.device)
    if not reason and chosen.method == research.PAPER and chosen.weights is None:
        return "Choose the weights of the paper's network in the preferences"
    return reason


def draw(context: bpy.types.Context, column: bpy.types.UILayout) -> None:
    """Buttons for methods and devices; grey ones with the reason below."""
    ways = {m: lacking(m) for m in _METHODS}
    devices = {item[0]: research.device_lacking(item[0].lower()) for item in DEVICE_ITEMS}
    _buttons(context, column, "method", ways)
    column.separator()
    _buttons(context, column, "device", devices)
    for reason in dict.fromkeys(filter(None, (*ways.values(), *devices.values()))):
        lines.draw(column, context, reason, "INFO")


def _buttons(
    context: bpy.types.Context, column: bpy.types.UILayout, name: str, reasons: dict[str, str]
) -> None:
    for value, reason in reasons.items():
        row = column.row()
        row.enabled = not reason
        row.prop_enum(context.scene.lsmplify, name, value)
