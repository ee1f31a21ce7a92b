"""The operator's page for the dated settings of certification."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from core import clock
from core.db import reading, transaction
from shop.applications import queries, services, wording
from shop.applications.errors import BadSetting
from shop.applications.forms import SettingForm
from shop.applications.values import SettingName
from shop.permissions import SET_CERTIFICATION
from web.access import current_actor, requires
from web.wording import words_for

bp = Blueprint("certification_settings", __name__)


@bp.get("/certification/settings")
@requires(SET_CERTIFICATION)
def settings() -> Any:
    """Show what holds today, and what was set from when on."""
    return _page(_form(blank=True))


@bp.post("/certification/settings")
@requires(SET_CERTIFICATION)
def change() -> Any:
    """Set a value from a day on."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form, 422)
    assert form.value.number is not None
    assert form.valid_from.data is not None
    try:
        with transaction() as session:
            services.set_setting(
                session,
                current_actor(),
                SettingName(form.name.data),
                form.value.number,
                form.valid_from.data,
            )
    except BadSetting as refusal:
        form.add_error("value", words_for(refusal))
        return _page(form, 422)
    flash(_("Set. What was decided before stays as it was."), "good")
    return redirect("/certification/settings", 303)


def _form(*, blank: bool = False) -> SettingForm:
    form = SettingForm(formdata=None, valid_from=clock.today()) if blank else SettingForm()
    form.name.choices = [(name.value, wording.setting_label(name)) for name in SettingName]
    return form


def _page(form: SettingForm, status: int = 200) -> Any:
    with reading() as session:
        today = queries.settings_on(session, clock.today())
        story = queries.settings_story(session)
    page = render_template(
        "shop/applications/settings.html",
        form=form,
        today=[(wording.setting_label(name), getattr(today, name.value)) for name in SettingName],
        story=[
            (wording.setting_label(SettingName(row.name)), row.value, row.valid_from, row.set_at)
            for row in story
        ],
    )
    return page, status
