"""A buyer's claims: filed from the page of the order, by its owner, by a guest with its secret, or for an institution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import money, storage
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from shop.after_sales import queries, rules, services, wording
from shop.after_sales.errors import AskedTooMuch, StepMadeBefore, TooManyPacks, UnopenedOnly, WordsMissing
from shop.after_sales.forms import ClaimForm, FilingForm, ReplyForm, ReturnForm, SendBackForm
from shop.after_sales.values import ClaimKind, Move, Side, State
from shop.after_sales.views.pages import photo as send_photo
from shop.after_sales.views.pages import shown
from shop.orders import queries as order_queries
from shop.orders.models import Order
from shop.orders.queries import LineView, PartView
from shop.permissions import ORDER_ON_ACCOUNT, READ_INSTITUTION_ORDERS
from shop.settlement import queries as settlement_queries
from web.access import current_actor, public, requires, signed_in
from web.security import keep_private
from web.wording import words_for

bp = Blueprint("after_sales", __name__)

#: Five photos of ten megabytes and the words around them; everywhere else uploads are smaller.
LARGEST_CLAIM = rules.MOST_PHOTOS * storage.LARGEST_UPLOAD + 1024 * 1024
FILING = ("after_sales.file_own", "after_sales.file_guest", "after_sales.file_institution")


@dataclass(frozen=True, slots=True)
class _Door:
    """How the order of a claim is opened: its path, how it is looked up, and whether the reader may act for the buyer."""

    path: str
    open: Callable[[Session, bool], Order]
    acts: bool = True
    desk: bool = False


def _own(number: str) -> _Door:
    return _Door(
        f"/shop/orders/{number}",
        lambda session, lock: order_queries.get_own_order(session, current_actor(), number, lock=lock),
    )


def _guest(secret: str) -> _Door:
    return _Door(
        f"/shop/orders/guest/{secret}",
        lambda session, lock: order_queries.get_guest_order(session, secret, lock=lock),
    )


def _institution(number: str, *, acting: bool = True) -> _Door:
    roles = ORDER_ON_ACCOUNT.roles if acting else READ_INSTITUTION_ORDERS.roles
    return _Door(
        f"/procurement/orders/{number}",
        lambda session, lock: order_queries.get_institution_order(
            session, current_actor(), number, *roles, lock=lock
        ),
        acts=acting,
        desk=True,
    )


@bp.url_value_preprocessor
def _let_photos_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take larger uploads where photos are sent, before anything reads the form."""
    if endpoint in FILING:
        request.max_content_length = LARGEST_CLAIM


@bp.get("/shop/orders/<number>/claims/new")
@signed_in
def new_own(number: str) -> Any:
    """Ask what is wrong with a line of one's own order."""
    return _new_page(_own(number))


@bp.get("/shop/orders/guest/<secret>/claims/new")
@public
def new_guest(secret: str) -> Any:
    """Ask what is wrong with a line of a guest's order."""
    return _new_page(_guest(secret))


@bp.get("/procurement/orders/<number>/claims/new")
@requires(ORDER_ON_ACCOUNT)
def new_institution(number: str) -> Any:
    """Ask what is wrong with a line of an institution's order."""
    return _new_page(_institution(number))


@bp.post("/shop/orders/<number>/claims/new")
@signed_in
def file_own(number: str) -> Any:
    """File a claim about one's own order."""
    return _file(_own(number))


@bp.post("/shop/orders/guest/<secret>/claims/new")
@public
def file_guest(secret: str) -> Any:
    """File a claim about a guest's order."""
    return _file(_guest(secret))


@bp.post("/procurement/orders/<number>/claims/new")
@requires(ORDER_ON_ACCOUNT)
def file_institution(number: str) -> Any:
    """File a claim about an institution's order."""
    return _file(_institution(number))


@bp.get("/shop/orders/<number>/claims/<public_id>")
@signed_in
def show_own(number: str, public_id: str) -> Any:
    """Show a claim about one's own order."""
    return _claim_page(_own(number), public_id)


@bp.get("/shop/orders/guest/<secret>/claims/<public_id>")
@public
def show_guest(secret: str, public_id: str) -> Any:
    """Show a claim about a guest's order."""
    return _claim_page(_guest(secret), public_id)


@bp.get("/procurement/orders/<number>/claims/<public_id>")
@requires(READ_INSTITUTION_ORDERS)
def show_institution(number: str, public_id: str) -> Any:
    """Show a claim about an institution's order."""
    return _claim_page(_reading_institution(number), public_id)


@bp.post("/shop/orders/<number>/claims/<public_id>")
@signed_in
def go_on_own(number: str, public_id: str) -> Any:
    """Make a buyer's step in a claim about one's own order."""
    return _go_on(_own(number), public_id)


@bp.post("/shop/orders/guest/<secret>/claims/<public_id>")
@public
def go_on_guest(secret: str, public_id: str) -> Any:
    """Make a buyer's step in a claim about a guest's order."""
    return _go_on(_guest(secret), public_id)


@bp.post("/procurement/orders/<number>/claims/<public_id>")
@requires(ORDER_ON_ACCOUNT)
def go_on_institution(number: str, public_id: str) -> Any:
    """Make a buyer's step in a claim about an institution's order."""
    return _go_on(_institution(number), public_id)


@bp.get("/shop/orders/<number>/claims/<public_id>/photos/<int:photo>")
@signed_in
def photo_own(number: str, public_id: str, photo: int) -> Any:
    """Show a photo of a claim about one's own order."""
    return _photo(_own(number), public_id, photo)


@bp.get("/shop/orders/guest/<secret>/claims/<public_id>/photos/<int:photo>")
@public
def photo_guest(secret: str, public_id: str, photo: int) -> Any:
    """Show a photo of a claim about a guest's order."""
    return _photo(_guest(secret), public_id, photo)


@bp.get("/procurement/orders/<number>/claims/<public_id>/photos/<int:photo>")
@requires(READ_INSTITUTION_ORDERS)
def photo_institution(number: str, public_id: str, photo: int) -> Any:
    """Show a photo of a claim about an institution's order."""
    return _photo(_institution(number, acting=False), public_id, photo)


def _reading_institution(number: str) -> _Door:
    """Open for reading; whoever also orders for this institution may act."""
    with reading() as session:
        order = order_queries.get_institution_order(session, current_actor(), number)
    acts = order.institution_id in current_actor().organisation_ids(*ORDER_ON_ACCOUNT.roles)
    return _institution(number, acting=acts)


def _kind() -> ClaimKind:
    try:
        return ClaimKind(request.values.get("kind", ClaimKind.QUALITY.value))
    except ValueError:
        raise NotFound("kind") from None


def _line_id() -> int:
    text = request.values.get("line", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound("line")
    return int(text)


def _new_page(door: _Door) -> Any:
    kind = _kind()
    form = ClaimForm(formdata=None) if kind is ClaimKind.QUALITY else ReturnForm(formdata=None)
    return _filing_page(door, form)


def _filing_page(door: _Door, form: FilingForm, status: int = 200, problem: str = "") -> Any:
    keep_private()
    line_id = _line_id()
    with reading() as session:
        order = door.open(session, False)
        view = order_queries.view_order(session, order)
        known = queries.rights_of(session, view, settlement_queries.claim_days_on)
    part, line = _find(view.parts, line_id)
    line_rights = known.get(line_id)
    kind = ClaimKind.QUALITY if isinstance(form, ClaimForm) else ClaimKind.RETURN
    open_claim = line_rights.open_claim if line_rights is not None else None
    until = None
    if line_rights is not None and open_claim is None:
        rights = line_rights.rights
        until = rights.claim_until if kind is ClaimKind.QUALITY else rights.return_until
    if not form.once.data:
        form.begin(1 if kind is ClaimKind.QUALITY else line.accepted_quantity or line.quantity)
    if isinstance(form, ReturnForm):
        form.unopened.flags.required = True
    page = render_template(
        "shop/after_sales/new.html",
        layout=_layout(door),
        order=order,
        part=part,
        line=line,
        kind=kind,
        form=form,
        path=door.path,
        until=until,
        open_claim=open_claim,
        line_rights=line_rights,
        problem=problem,
        most_photos=rules.MOST_PHOTOS,
        return_days=rules.BUYER_SENDS_DAYS,
        wording=wording,
    )
    return page, status


def _find(parts: tuple[PartView, ...], line_id: int) -> tuple[PartView, LineView]:
    for part in parts:
        for line in part.lines:
            if line.line_id == line_id:
                return part, line
    raise NotFound("line")


def _file(door: _Door) -> Any:
    keep_private()
    form = ClaimForm() if _kind() is ClaimKind.QUALITY else ReturnForm()
    if not form.validate():
        return _filing_page(door, form, 422)
    try:
        with transaction() as session:
            order = door.open(session, True)
            claim = services.file_claim(session, current_actor(), order, form.to_claim(_line_id()))
            public_id, state = claim.public_id, State(claim.state)
    except TooManyPacks as refusal:
        form.add_error("quantity", words_for(refusal))
        return _filing_page(door, form, int(refusal.status))
    except UnopenedOnly as refusal:
        form.add_error("unopened", words_for(refusal))
        return _filing_page(door, form, int(refusal.status))
    except AskedTooMuch as refusal:
        form.add_error("amount" if "amount" in form else "quantity", words_for(refusal))
        return _filing_page(door, form, int(refusal.status))
    except NotFound:
        raise
    except Refusal as refusal:
        return _filing_page(door, form, int(refusal.status), words_for(refusal))
    if state is not (State.FILED if isinstance(form, ClaimForm) else State.TO_RETURN):
        flash(_("You had filed this claim before. Here you see how it stands now."), "info")
    elif isinstance(form, ClaimForm):
        flash(_("Your claim is with the supplier. You get a mail at each turn."), "good")
    else:
        flash(_("Your return is noted. Send the goods and enter the number of the parcel here."), "good")
    return redirect(f"{door.path}/claims/{public_id}", 303)


def _claim_page(
    door: _Door,
    public_id: str,
    status: int = 200,
    problem: str = "",
    reply: ReplyForm | None = None,
    sending: SendBackForm | None = None,
) -> Any:
    keep_private()
    with reading() as session:
        order = door.open(session, False)
        file = queries.get_claim_of(session, order, public_id)
        refund = queries.find_refund(session, file)
    reply = reply or ReplyForm(formdata=None)
    # Only the step that is offered with this field needs words; the page says so.
    reply.words.flags.required = True
    page = render_template(
        "shop/after_sales/claim.html",
        layout=_layout(door),
        order=order,
        path=door.path,
        here=f"{door.path}/claims/{file.row.public_id}",
        problem=problem,
        may=[move.value for move in rules.steps_of(file.row.state, Side.BUYER)] if door.acts else [],
        reply=reply,
        sending=sending or SendBackForm(formdata=None),
        **shown(file, Side.BUYER, refund),
    )
    return page, status


def _go_on(door: _Door, public_id: str) -> Any:
    keep_private()
    if request.form.get("move") == Move.SEND_BACK:
        return _send_back(door, public_id)
    form = ReplyForm()
    move = form.chosen
    if not form.validate() or move is None:
        return _claim_page(door, public_id, 422, reply=form)
    try:
        with transaction() as session:
            order = door.open(session, True)
            claim = services.reply_to_answer(
                session, current_actor(), order, public_id, move, form.words.data or ""
            )
            state, amount, held_up = State(claim.state), claim.amount_fen, claim.problem
    except WordsMissing as refusal:
        form.add_error("words", words_for(refusal))
        return _claim_page(door, public_id, int(refusal.status), reply=form)
    except StepMadeBefore as refusal:
        return _made_before(door, public_id, refusal)
    except NotFound:
        raise
    except Refusal as refusal:
        return _claim_page(door, public_id, int(refusal.status), words_for(refusal))
    if state is State.AGREED:
        flash(wording.problem_text(held_up), "warn")
    else:
        flash(_said(state, amount), "good")
    return redirect(f"{door.path}/claims/{public_id}", 303)


def _said(state: State, amount_fen: int) -> str:
    if state is State.REFUNDED:
        return _("Settled. %(amount)s goes back the way you paid.", amount=money.format_fen(amount_fen))
    if state is State.TO_RETURN:
        return _("Accepted. Please send the goods back and enter the number of the parcel.")
    if state is State.ESCALATED:
        return _("The operator decides now and looks at both sides.")
    return _("Noted.")


def _send_back(door: _Door, public_id: str) -> Any:
    form = SendBackForm()
    if not form.validate():
        return _claim_page(door, public_id, 422, sending=form)
    try:
        with transaction() as session:
            services.send_back(
                session,
                current_actor(),
                door.open(session, True),
                public_id,
                form.carrier.data or "",
                form.tracking_number.data or "",
            )
    except StepMadeBefore as refusal:
        return _made_before(door, public_id, refusal)
    except NotFound:
        raise
    except Refusal as refusal:
        return _claim_page(door, public_id, int(refusal.status), words_for(refusal))
    flash(_("Noted. The supplier says when it has arrived, and the money goes back."), "good")
    return redirect(f"{door.path}/claims/{public_id}", 303)


def _made_before(door: _Door, public_id: str, refusal: StepMadeBefore) -> Any:
    flash(words_for(refusal), "info")
    return redirect(f"{door.path}/claims/{public_id}", 303)


def _photo(door: _Door, public_id: str, number: int) -> Any:
    with reading() as session:
        order = door.open(session, False)
        data = queries.get_photo(session, queries.of_order(order), public_id, number)
    return send_photo(data)


def _layout(door: _Door) -> str:
    return "layouts/desk.html" if door.desk else "layouts/public.html"
