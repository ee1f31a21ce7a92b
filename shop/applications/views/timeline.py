"""The stages of an application as the timeline component wants them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from shop.applications import rules, wording
from shop.applications.values import ApplicationFile, Stage
from web.language import in_language
from web.templating import day, moment


def steps(file: ApplicationFile) -> list[dict[str, Any]]:
    """Return what was decided, where it stands with its clock, and what is still to come."""
    found: list[dict[str, Any]] = [
        {
            "label": wording.outcome_label(record.stage, record.outcome),
            "state": "done",
            "when": moment(record.at),
            "who": " · ".join(part for part in (in_language(*record.office), record.who) if part),
            "note": record.note,
        }
        for record in file.records
    ]
    stage = file.row.stage
    if stage is None:
        return found
    found.append(
        {
            "label": wording.stage_label(stage),
            "state": "now",
            "when": _clock(file, stage),
            "who": "",
            "note": "",
        }
    )
    for later in rules.STAGES[rules.STAGES.index(stage) + 1 :]:
        found.append(
            {"label": wording.stage_label(later), "state": "next", "when": "", "who": "", "note": ""}
        )
    return found


def _clock(file: ApplicationFile, stage: Stage) -> str:
    if stage is Stage.PUBLICITY and file.notice_ends_at is not None:
        return _("can end from %(moment)s on", moment=moment(file.notice_ends_at))
    if stage is Stage.APPLICATION:
        return _("since %(day)s", day=day(file.row.state_since))
    return wording.clock_text(file.row.clock)
