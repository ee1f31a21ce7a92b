"""A supplier's workbench: its products, their pack sizes, prices, pictures and stock."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from accounts.models import Organisation
from core import ids, storage
from core.db import reading, transaction
from core.errors import NotFound, Refusal
from shop.assortment import queries, wording
from shop.assortment.forms import (
    OnePictureForm,
    PackForm,
    PictureForm,
    ProductForm,
    StockForm,
    VersionForm,
    put_faults,
)
from shop.catalogue import queries as catalogue
from shop.catalogue import rules, services
from shop.catalogue.errors import BadProduct, ChangedMeanwhile, TooManyPictures
from shop.catalogue.wording import (
    category_labels,
    changed_text,
    fault_text,
    share_labels,
    state_label,
    state_tone,
)
from shop.permissions import MANAGE_PRODUCTS
from shop.stock import services as stock_services
from shop.stock.errors import OutOfStock, StockFormSentBefore
from web.access import current_actor, requires
from web.language import in_language, locale_code
from web.pagination import page_number, paginate
from web.wording import words_for

bp = Blueprint("assortment", __name__)

PAGE_SIZE = 24


@bp.get("/supplier/products")
@requires(MANAGE_PRODUCTS)
def own() -> Any:
    """Show a supplier its products: picture, certificate, stock, and what is missing."""
    number = page_number()
    with reading() as session:
        found, total = catalogue.visible_products(
            session,
            current_actor(),
            english=locale_code() == "en",
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
    return render_template(
        "shop/assortment/own.html",
        page=paginate(found, number, total, PAGE_SIZE),
        products=found,
        labels=category_labels(),
        state_label=state_label,
        state_tone=state_tone,
        lack_label=wording.lack_label,
    )


# --- a product --------------------------------------------------------------------------------------------


@bp.get("/supplier/products/new")
@requires(MANAGE_PRODUCTS)
def new() -> Any:
    """Ask what the product is."""
    return _new_page(ProductForm(formdata=None, once=ids.public_id(20)))


@bp.post("/supplier/products/new")
@requires(MANAGE_PRODUCTS)
def add() -> Any:
    """Add a draft; pictures and pack sizes come on the next page."""
    form = ProductForm()
    suppliers = _offer_choices(form)
    if not form.validate_on_submit():
        return _new_page(form, 422)
    chosen = next((s for s in suppliers if s.public_id == form.supplier.data), None)
    if chosen is None and len(suppliers) == 1:
        chosen = suppliers[0]
    if chosen is None:
        form.add_error("supplier", _("Choose for whom you add it."))
        return _new_page(form, 422)
    try:
        with transaction() as session:
            product = services.add_product(
                session, current_actor(), form.to_new(chosen.id), once=form.once.data or None
            )
    except BadProduct as refusal:
        put_faults(form, refusal.faults, fault_text)
        return _new_page(form, 422)
    flash(_("Added as a draft. Now give it pictures and a pack size."), "good")
    return redirect(f"/supplier/products/{product.slug}", 303)


def _new_page(form: ProductForm, status: int = 200) -> Any:
    suppliers = _offer_choices(form)
    return render_template("shop/assortment/new.html", form=form, suppliers=suppliers), status


def _offer_choices(form: ProductForm) -> list[Organisation]:
    """Fill the choices of a form, villages by their towns, and return the suppliers one may add for."""
    with reading() as session:
        suppliers = queries.own_suppliers(session, current_actor())
        origins = queries.origins(session, current_actor())
    form.supplier.choices = [(s.public_id, in_language(s.name_zh, s.name_en)) for s in suppliers]
    form.category.choices = [("", _("Please choose")), *category_labels().items()]
    towns: dict[str, list[tuple[str, str]]] = {_("Please choose"): [("", _("Please choose"))]}
    for origin in origins:
        towns.setdefault(in_language(*origin.town), []).append((str(origin.id), in_language(*origin.village)))
    form.village.choices = towns
    return suppliers


@bp.get("/supplier/products/<slug>")
@requires(MANAGE_PRODUCTS)
def one(slug: str) -> Any:
    """Show a product with everything its supplier keeps of it."""
    return _page(slug)


def _page(slug: str, status: int = 200, *, pictures: PictureForm | None = None, problem: str = "") -> Any:
    with reading() as session:
        product = queries.view_product(session, current_actor(), slug)
    page = render_template(
        "shop/assortment/one.html",
        product=product,
        pictures=pictures or PictureForm(formdata=None),
        problem=problem,
        most_pictures=rules.MOST_PICTURES,
        category_label=category_labels()[product.category],
        share_labels=share_labels(),
        state_label=state_label,
        state_tone=state_tone,
        wording=wording,
    )
    return page, status


@bp.get("/supplier/products/<slug>/edit")
@requires(MANAGE_PRODUCTS)
def facts(slug: str) -> Any:
    """Show the texts and facts of a product for editing."""
    form = ProductForm(formdata=None)
    with reading() as session:
        form.fill_from(queries.get_product(session, current_actor(), slug))
    return _edit_page(slug, form)


@bp.post("/supplier/products/<slug>/edit")
@requires(MANAGE_PRODUCTS)
def edit(slug: str) -> Any:
    """Change texts and facts; what somebody else changed meanwhile is shown first."""
    form = ProductForm()
    _offer_choices(form)
    with reading() as session:
        product_id = queries.get_product(session, current_actor(), slug).id
    if not form.validate_on_submit():
        return _edit_page(slug, form, 422)
    try:
        with transaction() as session:
            changes = services.edit_product(
                session, current_actor(), product_id, form.to_edit(), version=int(form.version.data or 0)
            )
    except BadProduct as refusal:
        put_faults(form, refusal.faults, fault_text)
        return _edit_page(slug, form, 422)
    except ChangedMeanwhile as refusal:
        form.version.data = str(refusal.version)
        return _edit_page(slug, form, 409, refusal)
    flash(_("Stored.") if changes else _("Nothing was changed."), "good" if changes else "info")
    return redirect(f"/supplier/products/{slug}", 303)


def _edit_page(slug: str, form: ProductForm, status: int = 200, stale: ChangedMeanwhile | None = None) -> Any:
    _offer_choices(form)
    with reading() as session:
        product = queries.view_product(session, current_actor(), slug)
        villages = {o.id: in_language(*o.village) for o in queries.origins(session, current_actor())}
    page = render_template(
        "shop/assortment/edit.html",
        form=form,
        product=product,
        stale_text=changed_text(stale) if stale else "",
        stale_rows=wording.change_rows(stale, villages) if stale else (),
    )
    return page, status


@bp.post("/supplier/products/<slug>/list")
@requires(MANAGE_PRODUCTS)
def put_on_sale(slug: str) -> Any:
    """Put an own product on sale."""
    try:
        with transaction() as session:
            actor = current_actor()
            listed = services.list_product(session, actor, queries.get_product(session, actor, slug).id)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(slug, int(refusal.status), problem=words_for(refusal))
    flash(_("%(name)s is on sale.", name=in_language(listed.name_zh, listed.name_en)), "good")
    return redirect(f"/supplier/products/{slug}", 303)


@bp.post("/supplier/products/<slug>/unlist")
@requires(MANAGE_PRODUCTS)
def take_off_sale(slug: str) -> Any:
    """Take an own product off sale; open orders go on."""
    with transaction() as session:
        actor = current_actor()
        unlisted = services.unlist_product(session, actor, queries.get_product(session, actor, slug).id)
    flash(
        _(
            "%(name)s is off sale. Orders placed before go on.",
            name=in_language(unlisted.name_zh, unlisted.name_en),
        ),
        "good",
    )
    return redirect(f"/supplier/products/{slug}", 303)


# --- pictures ---------------------------------------------------------------------------------------------


@bp.post("/supplier/products/<slug>/pictures")
@requires(MANAGE_PRODUCTS)
def add_pictures(slug: str) -> Any:
    """Keep pictures, re-encoded without their metadata; what is none leaves a word beside the field."""
    form = PictureForm()
    with reading() as session:
        product_id = queries.get_product(session, current_actor(), slug).id
    if not form.validate_on_submit():
        return _page(slug, 422, pictures=form)
    uploads = [upload for upload in request.files.getlist("pictures") if upload.filename]
    if not uploads:
        form.add_error("pictures", _("Choose a picture first."))
        return _page(slug, 422, pictures=form)
    added = 0
    for upload in uploads[: rules.MOST_PICTURES + 1]:
        name = (upload.filename or "")[-60:]
        try:
            key = storage.keep_picture(upload.stream.read(storage.LARGEST_UPLOAD + 1))
            with transaction() as session:
                services.add_picture(
                    session,
                    current_actor(),
                    product_id,
                    key,
                    form.alt_zh.data or "",
                    form.alt_en.data or "",
                )
            added += 1
        except storage.NotAPicture as problem:
            form.add_error("pictures", wording.picture_problem(name, problem))
        except TooManyPictures as refusal:
            form.add_error("pictures", words_for(refusal))
            break
    if form.pictures.errors:
        return _page(slug, 422, pictures=form)
    flash(_("The pictures are stored.") if added > 1 else _("The picture is stored."), "good")
    return redirect(f"/supplier/products/{slug}#own-pictures", 303)


@bp.post("/supplier/products/<slug>/pictures/<public_id>")
@requires(MANAGE_PRODUCTS)
def change_picture(slug: str, public_id: str) -> Any:
    """Describe a picture, move it, make it the cover or take it away."""
    form = OnePictureForm()
    with reading() as session:
        product = queries.view_product(session, current_actor(), slug)
    place = next((p.position for p in product.pictures if p.public_id == public_id), None)
    if place is None:
        raise NotFound("picture")
    if not form.validate_on_submit():
        return _page(slug, 422, problem=_("Describe the picture in at most %(most)s characters.", most=200))
    what = form.what.data
    with transaction() as session:
        actor = current_actor()
        if what == "remove":
            services.remove_picture(session, actor, product.id, public_id)
        elif what == "describe":
            services.describe_picture(
                session, actor, product.id, public_id, form.alt_zh.data or "", form.alt_en.data or ""
            )
        else:
            to = {"cover": 1, "up": place - 1, "down": place + 1}[what or "cover"]
            services.move_picture(session, actor, product.id, public_id, to=to)
    flash(_("Stored."), "good")
    return redirect(f"/supplier/products/{slug}#own-pictures", 303)


# --- pack sizes -------------------------------------------------------------------------------------------


@bp.get("/supplier/products/<slug>/packs/new")
@requires(MANAGE_PRODUCTS)
def new_pack(slug: str) -> Any:
    """Ask what is in the pack and what it costs."""
    form = PackForm(formdata=None, once=ids.public_id(20), pack_multiple="1", unit="kg")
    return _pack_form_page(slug, form)


@bp.post("/supplier/products/<slug>/packs/new")
@requires(MANAGE_PRODUCTS)
def add_pack(slug: str) -> Any:
    """Add a pack size with its first stock."""
    form = PackForm()
    with reading() as session:
        product_id = queries.get_product(session, current_actor(), slug).id
    if not form.validate_on_submit():
        return _pack_form_page(slug, form, 422)
    try:
        with transaction() as session:
            services.add_variant(
                session, current_actor(), product_id, form.to_new(), once=form.once.data or None
            )
    except BadProduct as refusal:
        put_faults(form, refusal.faults, fault_text)
        return _pack_form_page(slug, form, 422)
    flash(_("The pack size is in the range."), "good")
    return redirect(f"/supplier/products/{slug}#packs", 303)


def _pack_form_page(slug: str, form: PackForm, status: int = 200) -> Any:
    with reading() as session:
        product = queries.view_product(session, current_actor(), slug)
    return render_template("shop/assortment/new_pack.html", form=form, product=product), status


@bp.get("/supplier/products/<slug>/packs/<public_id>")
@requires(MANAGE_PRODUCTS)
def pack(slug: str, public_id: str) -> Any:
    """Show a pack size: its form, its stock and what it cost before."""
    form = PackForm(formdata=None)
    with reading() as session:
        form.fill_from(queries.get_variant(session, current_actor(), slug, public_id))
    return _pack_page(slug, public_id, form)


@bp.post("/supplier/products/<slug>/packs/<public_id>")
@requires(MANAGE_PRODUCTS)
def edit_pack(slug: str, public_id: str) -> Any:
    """Change a pack size; a price far above its own past is stored with a warning (rule B11)."""
    form = PackForm()
    with reading() as session:
        variant_id = queries.get_variant(session, current_actor(), slug, public_id).id
    if not form.validate_on_submit():
        return _pack_page(slug, public_id, form, 422)
    try:
        with transaction() as session:
            changes = services.edit_variant(
                session, current_actor(), variant_id, form.to_edit(), version=int(form.version.data or 0)
            )
    except BadProduct as refusal:
        put_faults(form, refusal.faults, fault_text)
        return _pack_page(slug, public_id, form, 422)
    except ChangedMeanwhile as refusal:
        form.version.data = str(refusal.version)
        return _pack_page(slug, public_id, form, 409, stale=refusal)
    except NotFound:
        raise
    except Refusal as refusal:
        return _pack_page(slug, public_id, form, int(refusal.status), problem=words_for(refusal))
    flash(_("Stored.") if changes else _("Nothing was changed."), "good" if changes else "info")
    if "price_fen" in changes:
        with reading() as session:
            file = queries.view_pack(session, current_actor(), slug, public_id)
        if file.pack.dear and file.pack.median_fen is not None:
            flash(wording.dear_text(file.pack.charge.price_fen, file.pack.median_fen, file.percent), "warn")
    return redirect(f"/supplier/products/{slug}#packs", 303)


@bp.post("/supplier/products/<slug>/packs/<public_id>/stock")
@requires(MANAGE_PRODUCTS)
def change_stock(slug: str, public_id: str) -> Any:
    """Note what came in or what was counted, with the reason."""
    form = StockForm()
    filled = PackForm(formdata=None)
    with reading() as session:
        variant = queries.get_variant(session, current_actor(), slug, public_id)
        filled.fill_from(variant)
    if not form.validate_on_submit():
        return _pack_page(slug, public_id, filled, 422, stock=form)
    assert form.packs.number is not None
    if form.what.data == "receive" and form.packs.number == 0:
        form.add_error("packs", _("What came in is more than nothing."))
        return _pack_page(slug, public_id, filled, 422, stock=form)
    try:
        with transaction() as session:
            actor = current_actor()
            if form.what.data == "receive":
                stock_services.receive_stock(
                    session,
                    actor,
                    variant.id,
                    form.packs.number,
                    (form.reason.data or "").strip(),
                    once=form.once.data,
                )
            else:
                stock_services.count_stock(
                    session,
                    actor,
                    variant.id,
                    form.packs.number,
                    (form.reason.data or "").strip(),
                    once=form.once.data,
                )
    except StockFormSentBefore as refusal:
        form.add_error("packs", words_for(refusal))
        return _pack_page(slug, public_id, filled, int(refusal.status), stock=form)
    except OutOfStock as refusal:
        form.add_error(
            "packs",
            _(
                "%(held)s packs are set aside for orders. Less than that cannot lie there.",
                held=refusal.short[0].wanted,
            ),
        )
        return _pack_page(slug, public_id, filled, 422, stock=form)
    flash(_("The stock is noted."), "good")
    return redirect(f"/supplier/products/{slug}/packs/{public_id}#stock", 303)


@bp.post("/supplier/products/<slug>/packs/<public_id>/close")
@requires(MANAGE_PRODUCTS)
def close_pack(slug: str, public_id: str) -> Any:
    """Take a pack size out of the range; open orders go on."""
    return _open_or_close(slug, public_id, closing=True)


@bp.post("/supplier/products/<slug>/packs/<public_id>/reopen")
@requires(MANAGE_PRODUCTS)
def reopen_pack(slug: str, public_id: str) -> Any:
    """Take a pack size into the range again."""
    return _open_or_close(slug, public_id, closing=False)


def _open_or_close(slug: str, public_id: str, *, closing: bool) -> Any:
    form = VersionForm()
    filled = PackForm(formdata=None)
    with reading() as session:
        variant = queries.get_variant(session, current_actor(), slug, public_id)
        filled.fill_from(variant)
    seen = int(form.version.data or 0) if form.validate_on_submit() else 0
    try:
        with transaction() as session:
            change = services.close_variant if closing else services.reopen_variant
            change(session, current_actor(), variant.id, version=seen)
    except ChangedMeanwhile as refusal:
        return _pack_page(slug, public_id, filled, 409, stale=refusal)
    except BadProduct as refusal:
        return _pack_page(slug, public_id, filled, int(refusal.status), problem=words_for(refusal))
    flash(
        _("The pack size is closed. Orders placed before go on.")
        if closing
        else _("The pack size is in the range again."),
        "good",
    )
    return redirect(f"/supplier/products/{slug}#packs", 303)


def _pack_page(
    slug: str,
    public_id: str,
    form: PackForm,
    status: int = 200,
    *,
    stock: StockForm | None = None,
    stale: ChangedMeanwhile | None = None,
    problem: str = "",
) -> Any:
    with reading() as session:
        file = queries.view_pack(session, current_actor(), slug, public_id.replace("\x00", ""))
    page = render_template(
        "shop/assortment/pack.html",
        file=file,
        pack=file.pack,
        product=file.product,
        form=form,
        stock=stock or StockForm(formdata=None, once=ids.public_id(20), what="receive"),
        problem=problem,
        stale_text=changed_text(stale) if stale else "",
        stale_rows=wording.change_rows(stale, {}) if stale else (),
        wording=wording,
        share_labels=share_labels(),
    )
    return page, status
