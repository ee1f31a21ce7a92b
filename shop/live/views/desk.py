"""The desk of live sessions: hosts plan, open and end them, suppliers set packs aside, the operator may call any off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.values import Role
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from core.sheets import plain_yuan
from shop.catalogue.errors import ChangedMeanwhile
from shop.catalogue.wording import changed_text
from shop.live import queries, rules, services, wording
from shop.live.errors import BadPlan, DearerThanOrdinary, NotInMultiples, WrongSessionState
from shop.live.forms import CallOffForm, PlanForm, SetAsideForm, TakeBackForm
from shop.live.models import LiveSession
from shop.live.values import RUNNING, LiveGoods, SessionState
from shop.permissions import HOLD_SESSIONS, MANAGE_PRODUCTS
from shop.stock.errors import OutOfStock
from shop.stock.wording import limit_text, name_of
from web.access import current_actor, requires
from web.pagination import page_number, paginate
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("live_desk", __name__)

PAGE_SIZE = 25
DESK = "/live-desk"


@bp.get("/live-desk")
@requires(HOLD_SESSIONS)
def list_sessions() -> Any:
    """List the sessions that somebody holds, or for which packs may be set aside."""
    number = page_number()
    with reading() as session:
        cards, total = queries.visible_sessions(
            session, current_actor(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "shop/live/desk.html", page=paginate(cards, number, total, PAGE_SIZE), **wording.session_words()
    )


@bp.get("/live-desk/new")
@requires(HOLD_SESSIONS)
def new() -> Any:
    """Ask what is planned."""
    return _plan_page(PlanForm(formdata=None))


@bp.post("/live-desk/new")
@requires(HOLD_SESSIONS)
def plan() -> Any:
    """Plan a session; the next page is its own, where packs are set aside."""
    form = PlanForm()
    hosts = _offer_hosts(form)
    if not form.validate_on_submit():
        return _plan_page(form, 422)
    host_id = next(host.id for host in hosts if host.public_id == form.host.data)
    try:
        with transaction() as session:
            live = services.plan_session(
                session, current_actor(), host_id, form.to_plan(), once=form.once.data or ""
            )
            public_id = live.public_id
    except BadPlan as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _plan_page(form, 422)
    flash(_("The live session is planned. Now set packs aside for it."), "good")
    return _to(public_id)


def _offer_hosts(form: PlanForm) -> list[Any]:
    with reading() as session:
        hosts = queries.hosts_of(session, current_actor())
    form.offer(hosts)
    return hosts


def _plan_page(
    form: PlanForm,
    status: int = 200,
    public_id: str = "",
    *,
    stale: ChangedMeanwhile | None = None,
    problem: str = "",
) -> tuple[str, int]:
    if not public_id:
        _offer_hosts(form)
    page = render_template(
        "shop/live/plan.html",
        form=form,
        public_id=public_id,
        stale_text=changed_text(stale) if stale else "",
        stale_rows=wording.change_rows(stale) if stale else (),
        problem=problem,
    )
    return page, status


@bp.get("/live-desk/<public_id>")
@requires(HOLD_SESSIONS)
def show(public_id: str) -> Any:
    """Show a session as those see it who hold it or sell in it."""
    return _page(public_id)


def _page(
    public_id: str,
    status: int = 200,
    *,
    problem: str = "",
    call_off_form: CallOffForm | None = None,
    back_form: TakeBackForm | None = None,
    back_of: str = "",
) -> tuple[str, int]:
    keep_private()
    actor = current_actor()
    with reading() as session:
        live, host = queries.get_visible(session, actor, public_id)
        hosts = queries.is_host(session, actor, live)
        goods = queries.goods_of(session, live.id)
        sold = queries.packs_sold(session, live.id)
    own = actor.organisation_ids(Role.SUPPLIER)
    page = render_template(
        "shop/live/manage.html",
        live=live,
        host=host,
        goods=goods,
        sold=sold,
        hosts=hosts,
        own=own,
        may_call_off=(hosts or actor.has_role(Role.ADMIN)) and live.state in RUNNING,
        may_set_aside=bool(own) and live.state in RUNNING,
        call_off_form=call_off_form or CallOffForm(formdata=None),
        back_form=lambda item: back_form if back_of == item else TakeBackForm(formdata=None),
        back_of=back_of,
        problem=problem,
        percent_left=rules.percent_left,
        name_of=wording.pack_name,
        limit_text=limit_text,
        **wording.session_words(),
    )
    return page, status


@bp.get("/live-desk/<public_id>/edit")
@requires(HOLD_SESSIONS)
def edit(public_id: str) -> Any:
    """Show what is planned, to be changed."""
    form = PlanForm(formdata=None)
    live = _own(public_id, form)
    rules.require_state(live.state, RUNNING)
    form.fill_from(live)
    return _plan_page(form, public_id=public_id)


@bp.post("/live-desk/<public_id>/edit")
@requires(HOLD_SESSIONS)
def change(public_id: str) -> Any:
    """Change what is planned; what somebody else changed meanwhile is shown first."""
    form = PlanForm()
    live = _own(public_id, form)
    if not form.validate_on_submit():
        return _plan_page(form, 422, public_id)
    try:
        with transaction() as session:
            changes = services.edit_session(
                session,
                current_actor(),
                public_id,
                form.to_plan(live),
                version=int(form.version.data or 0),
            )
    except BadPlan as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _plan_page(form, 422, public_id)
    except ChangedMeanwhile as refusal:
        form.version.data = str(refusal.version)
        return _plan_page(form, 409, public_id, stale=refusal)
    except WrongSessionState as refusal:
        return _plan_page(form, 409, public_id, problem=words_for(refusal))
    flash(_("Stored.") if changes else _("Nothing was changed."), "good" if changes else "info")
    return _to(public_id)


def _own(public_id: str, form: PlanForm) -> LiveSession:
    """Return a session that the actor holds, and leave the fields in its form that can be changed."""
    with reading() as session:
        live, _host = queries.get_visible(session, current_actor(), public_id)
        if not queries.is_host(session, current_actor(), live):
            raise NotFound("live session")
    form.narrow_to(live)
    return live


@bp.post("/live-desk/<public_id>/open")
@requires(HOLD_SESSIONS)
def open_session(public_id: str) -> Any:
    """Open a session before or at its time."""
    return _step(public_id, services.open_session, _("The live session is on: its packs can be ordered now."))


@bp.post("/live-desk/<public_id>/end")
@requires(HOLD_SESSIONS)
def end_session(public_id: str) -> Any:
    """End a session."""
    return _step(
        public_id, services.end_session, _("The live session is over. What was left is back in the shop.")
    )


def _step(public_id: str, act: Any, done: str) -> Any:
    try:
        with transaction() as session:
            act(session, current_actor(), public_id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(public_id, int(refusal.status), problem=words_for(refusal))
    flash(done, "good")
    return _to(public_id)


@bp.post("/live-desk/<public_id>/call-off")
@requires(HOLD_SESSIONS)
def call_off(public_id: str) -> Any:
    """Call a session off, with a reason."""
    form = CallOffForm()
    if not form.validate_on_submit():
        return _page(public_id, 422, call_off_form=form)
    try:
        with transaction() as session:
            services.call_off_session(session, current_actor(), public_id, form.reason.data or "")
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error("reason", words_for(refusal))
        return _page(public_id, int(refusal.status), call_off_form=form)
    flash(_("The live session is called off. What was set aside is back in the shop."), "good")
    return _to(public_id)


@bp.get("/live-desk/<public_id>/goods")
@requires(MANAGE_PRODUCTS)
def goods(public_id: str) -> Any:
    """List the own packs that may be set aside, with what is free of each."""
    asked = request.args.get("q", "").replace("\x00", "").strip()[:60]
    number = page_number()
    with reading() as session:
        live, host = queries.get_visible(session, current_actor(), public_id)
        rules.require_state(live.state, RUNNING)
        found, total = queries.packs_for(
            session, current_actor(), live, host, asked, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
        )
    return render_template(
        "shop/live/goods.html",
        live=live,
        asked=asked,
        page=paginate(found, number, total, PAGE_SIZE),
        name_of=wording.pack_name,
    )


@bp.get("/live-desk/<public_id>/goods/<variant>")
@requires(MANAGE_PRODUCTS)
def set_aside(public_id: str, variant: str) -> Any:
    """Ask how many packs are set aside, and for what price."""
    return _aside_page(public_id, variant, SetAsideForm(formdata=None))


@bp.post("/live-desk/<public_id>/goods/<variant>")
@requires(MANAGE_PRODUCTS)
def keep_aside(public_id: str, variant: str) -> Any:
    """Set packs aside: they leave the ordinary stock at once."""
    form = SetAsideForm()
    item, live = _pack(public_id, variant)
    if live.state == SessionState.OPEN and item.set_aside:
        form.keep_what_is_open()
    if not form.validate_on_submit():
        return _aside_page(public_id, variant, form, 422)
    price_fen, limit = (form.price.fen, form.most_per_buyer.number) if "price" in form else (None, None)
    try:
        with transaction() as session:
            services.set_aside(
                session,
                current_actor(),
                public_id,
                variant,
                form.packs.number or 0,
                price_fen,
                limit,
                version=int(form.version.data or 0),
                once=form.once.data or "",
            )
    except NotFound:
        raise
    except OutOfStock as refusal:
        form.add_error("packs", wording.free_text(refusal.short[0].available))
        return _aside_page(public_id, variant, form, 409)
    except ChangedMeanwhile as refusal:
        form.version.data = str(refusal.version)
        return _aside_page(public_id, variant, form, 409, stale_text=changed_text(refusal))
    except NotInMultiples as refusal:
        form.add_error(refusal.field, words_for(refusal))
        return _aside_page(public_id, variant, form, int(refusal.status))
    except Refusal as refusal:
        form.add_error("price" if isinstance(refusal, DearerThanOrdinary) else "packs", words_for(refusal))
        return _aside_page(public_id, variant, form, int(refusal.status))
    flash(
        _("%(packs)s packs of %(name)s are set aside.", packs=form.packs.number, name=name_of(item.goods)),
        "good",
    )
    return _to(public_id)


def _pack(public_id: str, variant: str) -> tuple[LiveGoods, Any]:
    with reading() as session:
        live, host = queries.get_visible(session, current_actor(), public_id)
        rules.require_state(live.state, RUNNING)
        found, _total = queries.packs_for(
            session, current_actor(), live, host, "", limit=1, offset=0, variant=variant
        )
    if not found:
        raise NotFound("variant")
    return found[0], live


def _aside_page(
    public_id: str, variant: str, form: SetAsideForm, status: int = 200, *, stale_text: str = ""
) -> tuple[str, int]:
    keep_private()
    item, live = _pack(public_id, variant)
    fixed = live.state == SessionState.OPEN and bool(item.set_aside)
    if fixed and "price" in form:
        form.keep_what_is_open()
    elif not fixed and form.price.data is None:
        form.price.data = plain_yuan(item.session_price_fen)
        form.most_per_buyer.data = str(item.session_limit or "")
        form.version.data = str(item.session_version)
    page = render_template(
        "shop/live/set_aside.html",
        live=live,
        item=item,
        form=form,
        fixed=fixed,
        stale_text=stale_text,
        name_of=wording.pack_name,
    )
    return page, status


@bp.post("/live-desk/<public_id>/goods/<variant>/take-back")
@requires(MANAGE_PRODUCTS)
def take_back(public_id: str, variant: str) -> Any:
    """Take packs back into the shop that nobody has bought."""
    form = TakeBackForm()
    if not form.validate_on_submit():
        return _page(public_id, 422, back_form=form, back_of=variant)
    try:
        with transaction() as session:
            services.take_back(
                session,
                current_actor(),
                public_id,
                variant,
                form.packs.number or 0,
                once=form.once.data or "",
            )
    except NotFound:
        raise
    except OutOfStock as refusal:
        form.add_error("packs", wording.free_text(refusal.short[0].available))
        return _page(public_id, 409, back_form=form, back_of=variant)
    except Refusal as refusal:
        form.add_error("packs", words_for(refusal))
        return _page(public_id, int(refusal.status), back_form=form, back_of=variant)
    flash(_("%(packs)s packs are back in the shop.", packs=form.packs.number), "good")
    return _to(public_id)


def _to(public_id: str) -> Any:
    return redirect(f"{DESK}/{public_id}", 303)
