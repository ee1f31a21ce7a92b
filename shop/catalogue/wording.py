"""Words of the catalogue: shelves, orders of a list, states of a certificate, and what is refused."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from core import money
from shop.catalogue import rules
from shop.catalogue.errors import (
    BadProduct,
    ChangedMeanwhile,
    NotReadyForSale,
    PackClosed,
    TooManyPictures,
)
from shop.catalogue.filters import PriceProblem
from shop.catalogue.values import CardWords, Category, Fault, PackSize, ReturnTerms, Sort
from shop.certification.values import CertificateKind, CertificateState
from web.language import locale_code
from web.templating import day, moment
from web.wording import explains


def category_labels() -> dict[str, str]:
    """Return what the shelves are called, in the order they are shown."""
    return {
        Category.FRUIT_VEGETABLES.value: _("Fruit and vegetables"),
        Category.GRAIN_OIL.value: _("Grain, oil and staples"),
        Category.SNACKS.value: _("Snacks"),
        Category.COOKED_FOOD.value: _("Cooked food and pastry"),
        Category.DAILY_GOODS.value: _("Daily goods"),
        Category.PLANTS.value: _("Plants"),
        Category.CRAFTS.value: _("Crafts"),
    }


def kind_labels() -> dict[str, str]:
    """Return what the kinds of certificates are called."""
    return {
        CertificateKind.AID_PRODUCT.value: _("Aid product"),
        CertificateKind.LOCAL_PRODUCT.value: _("Local product"),
    }


def size_labels() -> dict[PackSize, str]:
    """Return what the pack sizes are called that lists are narrowed by."""
    return {
        PackSize.TO_500_G: _("Up to 500 g"),
        PackSize.TO_2_KG: _("500 g to 2 kg"),
        PackSize.TO_5_KG: _("2 kg to 5 kg"),
        PackSize.OVER_5_KG: _("Over 5 kg"),
        PackSize.PIECES: _("By the piece"),
    }


def price_label(lowest: str, highest: str) -> str:
    """Say a range of prices, as it was typed in yuan."""
    low, high = lowest.lstrip("¥￥"), highest.lstrip("¥￥")
    if lowest and highest:
        return _("¥%(low)s to ¥%(high)s", low=low, high=high)
    return _("From ¥%(low)s", low=low) if lowest else _("Up to ¥%(high)s", high=high)


def price_problem_text(problem: PriceProblem | None) -> str:
    """Say why a range of prices was not used; empty when it was."""
    if problem is PriceProblem.REVERSED:
        return _("The lowest price is above the highest. Exchange them, or leave one out.")
    if problem is PriceProblem.NOT_AN_AMOUNT:
        return _("Write prices in yuan, with digits: 20 or 39.80, at most 1,000,000.")
    return ""


def sort_labels(*, searching: bool) -> dict[Sort, str]:
    """Return what the orders of a list are called."""
    by_relevance = {Sort.RELEVANCE: _("Best match")} if searching else {}
    return {
        **by_relevance,
        Sort.NEWEST: _("Newest"),
        Sort.SALES: _("Best selling"),
        Sort.PRICE_UP: _("Price, low to high"),
        Sort.PRICE_DOWN: _("Price, high to low"),
    }


def card_words() -> CardWords:
    """Return the words of product cards in the language of this page."""
    return CardWords(
        english=locale_code() == "en",
        impact=_("Each %(pack)s: %(amount)s to %(households)s households"),
        impact_village=_("Each %(pack)s: %(amount)s to %(village)s"),
        per_kilogram=_("%(price)s/kg"),
        per_piece=_("%(price)s each"),
        and_up=_("and up · %(unit)s"),
    )


def share_labels() -> dict[str, str]:
    """Return what the parts of a price are called."""
    return {
        "producer": _("To the growers"),
        "logistics": _("Transport within the county"),
        "other": _("Packing and other"),
    }


def terms_label(terms: str) -> str:
    """Return what the terms are called on which goods go back without a reason."""
    return {
        ReturnTerms.SEVEN_DAYS: _("Back within seven days"),
        ReturnTerms.FRESH: _("Fresh and perishable"),
        ReturnTerms.MADE_TO_ORDER: _("Made to order"),
        ReturnTerms.ONLY_UNOPENED: _("Does not keep once opened"),
        ReturnTerms.NEAR_END: _("Near the end of its shelf life"),
        ReturnTerms.FLAWED: _("With a flaw"),
    }[ReturnTerms(terms)]


def terms_hint(terms: ReturnTerms) -> str:
    """Tell a supplier which goods the terms are for, and what they mean."""
    return {
        ReturnTerms.SEVEN_DAYS: _("as the law has it; for everything that fits nothing below"),
        ReturnTerms.FRESH: _("fruit, greens, live plants and animals: the law itself excepts them"),
        ReturnTerms.MADE_TO_ORDER: _("engraved, cut or sewn to a buyer's wish: the law itself excepts them"),
        ReturnTerms.ONLY_UNOPENED: _(
            "food, seed, seedlings that no longer keep or are no longer safe once opened: unopened they still go back"
        ),
        ReturnTerms.NEAR_END: _("say the last day below; buyers confirm it when ordering"),
        ReturnTerms.FLAWED: _("say which below; buyers confirm it when ordering"),
    }[terms]


def reason_text(terms: ReturnTerms) -> str:
    """Tell a buyer why goods go back on other terms than within seven days."""
    return {
        ReturnTerms.FRESH: _(
            "These spoil on the way back, so the law excepts them from the seven-day return:"
        ),
        ReturnTerms.MADE_TO_ORDER: _(
            "These are made for you alone, so the law excepts them from the seven-day return:"
        ),
        ReturnTerms.ONLY_UNOPENED: _(
            "Once opened, these no longer keep or are no longer safe for others. Unopened they may go back within seven "
            "days:"
        ),
        ReturnTerms.NEAR_END: _("These are sold near the end of their shelf life:"),
        ReturnTerms.FLAWED: _("These are sold with a flaw that is named here:"),
    }[terms]


def product_count(total: int) -> str:
    """Say how many certified products a list has."""
    return ngettext("%(num)s certified product", "%(num)s certified products", total)


def suggestion_count(total: int) -> str:
    """Say how many suggestions there are, for those who hear the page."""
    return ngettext("%(num)s suggestion", "%(num)s suggestions", total) if total else _("No suggestions")


def state_label(state: str | None) -> str:
    """Return the state of a certificate in a word or two."""
    return (
        {
            CertificateState.NOT_YET: _("Not in force yet"),
            CertificateState.IN_FORCE: _("In force"),
            CertificateState.SUSPENDED: _("Suspended"),
            CertificateState.EXPIRED: _("Expired"),
            CertificateState.REVOKED: _("Revoked"),
        }.get(CertificateState(state))
        or ""
        if state
        else _("Not certified yet")
    )


def state_tone(state: str | None) -> str:
    """Return the tone in which the state of a certificate is shown."""
    tones = {"in_force": "good", "suspended": "warn", "expired": "warn", "revoked": "bad", "not_yet": "info"}
    return tones.get(state or "", "neutral")


def not_certified_text(state: str | None, valid_from: date | None, last_day: date | None) -> str:
    """Say why a product cannot be ordered as certified now; empty when it can."""
    if state == CertificateState.IN_FORCE:
        return ""
    if state == CertificateState.EXPIRED:
        return _(
            "Its certificate ran out on %(day)s. Until it is certified anew it cannot be ordered as an aid product; "
            "orders placed before are still delivered.",
            day=day(last_day),
        )
    if state == CertificateState.SUSPENDED:
        return _(
            "The county has suspended its certificate. While it looks into the matter the product cannot be ordered "
            "as an aid product; orders placed before are still delivered."
        )
    if state == CertificateState.REVOKED:
        return _(
            "The county has revoked its certificate. It cannot be ordered as an aid product; orders placed before are "
            "still delivered."
        )
    if state == CertificateState.NOT_YET:
        return _("Its certificate begins on %(day)s. It can be ordered from then on.", day=day(valid_from))
    return _("It is not certified yet and cannot be ordered as an aid product.")


def fault_text(fault: Fault) -> str:
    """Say what is wrong with a field of a product or a pack size, and how to mend it."""
    if fault.problem == "split" and fault.off_fen:
        amount = money.format_fen(abs(fault.off_fen))
        if fault.off_fen > 0:
            return _("The three parts come to %(amount)s less than the price.", amount=amount)
        return _("The three parts come to %(amount)s more than the price.", amount=amount)
    if fault.problem == "household shares":
        return _(
            "Households have agreed shares of these sales. The growers' part must be at least %(amount)s higher to bear them.",
            amount=money.format_fen(fault.off_fen),
        )
    if fault.problem == "household shares, closed":
        return _(
            "Households have agreed shares of these sales meanwhile, and the growers' part of this pack size is %(amount)s too low to bear them. Add a new pack size in its place.",
            amount=money.format_fen(fault.off_fen),
        )
    problems = {
        "slug": _("The address of the product may hold small Latin letters, digits and single hyphens."),
        "slug taken": _("Another product has this address."),
        "sku taken": _("Another pack size has this article number."),
        "category": _("There is no such category."),
        "name": _("The product needs a name."),
        "label": _("Every pack size needs a name."),
        "price": _("A price must be above zero."),
        "split": _("The parts of a price (producer, logistics, other) must sum to it."),
        "grams or pieces": _("A pack is sold by weight or by the piece, one of the two."),
        "size": _("The weight or the number of pieces must be above zero."),
        "quantity": _("Stock and pack multiples cannot be below zero."),
        "households": _("The number of households cannot be below zero."),
        "village": _("The origin must be a village of a county."),
        "supplier": _("Only a supplier can offer products."),
        "too long": _("This text is too long."),
        "characters": _("This contains characters that cannot be stored."),
        "return terms": _("Choose one of the terms of return."),
        "return note": _("Say here what exactly; buyers read it before they order."),
        "shelf life": _("The shelf life is a number of days from 1 on."),
        "certified": _(
            "Its certificate was given for this. While it is in force the name, shelf and village stay as they are."
        ),
        "ladder length": _("A ladder has at most %(most)s steps.", most=rules.MOST_STEPS),
        "ladder packs": _(
            "Each step begins at more packs than the one before, the first at more than is sold at least."
        ),
        "ladder price": _("Each step costs less than the one before, the first less than a single pack."),
    }
    return problems.get(fault.problem) or _("Something about this product cannot be.")


@explains(BadProduct)
def _bad_product(refusal: BadProduct) -> str:
    return fault_text(refusal.faults[0])


@explains(ChangedMeanwhile)
def _changed_meanwhile(_refusal: ChangedMeanwhile) -> str:
    return _("Somebody changed this while you were at it. Nothing of yours was stored yet.")


def changed_text(refusal: ChangedMeanwhile) -> str:
    """Say who changed it when, and what to do now."""
    if refusal.at is None:
        return _("Below is what you typed. Save it again if it is right, or open the page afresh.")
    return _(
        "%(name)s changed this at %(moment)s. Below is what you typed: save it again and it replaces theirs, "
        "or open the page afresh to keep theirs.",
        name=refusal.by,
        moment=moment(refusal.at),
    )


@explains(NotReadyForSale)
def _not_ready(_refusal: NotReadyForSale) -> str:
    return _("Before it can be on sale the product needs a pack size with its price.")


@explains(PackClosed)
def _pack_closed(_refusal: PackClosed) -> str:
    return _("This pack size is closed. Take it into the range again before you change it.")


@explains(TooManyPictures)
def _too_many_pictures(_refusal: TooManyPictures) -> str:
    return _("A product shows at most %(most)s pictures. Remove one first.", most=rules.MOST_PICTURES)
