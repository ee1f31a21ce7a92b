"""Use cases of product files: sending one, trying it out, applying it, and forgetting old ones."""

from __future__ import annotations

from shop.product_files.services.applying import (
    apply_everything,
    apply_some,
    note_progress,
    start_applying,
    turn_back,
)
from shop.product_files.services.checking import begin_check, keep_plan, refuse_upload
from shop.product_files.services.sending import forget_uploads, send_file

__all__ = [
    "apply_everything",
    "apply_some",
    "begin_check",
    "forget_uploads",
    "keep_plan",
    "note_progress",
    "refuse_upload",
    "send_file",
    "start_applying",
    "turn_back",
]
