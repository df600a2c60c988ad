# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify`: the kind of file to export."""

from bpy.props import EnumProperty

from ..translations import CONTEXT
from .operators import FORMATS


class ExportFields:
    """Annotations only: the scene's settings inherit them."""

    export_form: EnumProperty(
        name="Format", items=FORMATS, translation_context=CONTEXT,
        description="What kind of file; a name that ends in one of these decides by itself",
    )  # fmt: skip
