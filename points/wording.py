"""Words for what points refuse."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from core import money
from points.awards import errors as awards
from points.redemptions import errors as till
from points.redemptions.values import MOST_UNITS, Missing
from points.schemes import errors as schemes
from points.supermarkets import errors as stores
from web.language import in_language
from web.templating import day
from web.wording import explains


@explains(schemes.BadRule)
def _bad_rule(_refusal: schemes.BadRule) -> str:
    return _("A rule needs a title, points above 0, and a yearly cap that allows one deed at least.")


@explains(schemes.NotCovered)
def _not_covered(refusal: schemes.NotCovered) -> str:
    return _(
        "Goods and fund (%(backing)s) would no longer cover the points (%(needed)s). No points were issued; "
        "restock a store or raise the fund first.",
        backing=money.format_yuan(refusal.backing_fen),
        needed=money.format_yuan(refusal.needed_fen),
    )


@explains(awards.OwnHousehold)
def _own_household(_refusal: awards.OwnHousehold) -> str:
    return _("This concerns your own household. Please leave it to a colleague.")


@explains(awards.RecorderDecides)
def _recorder_decides(_refusal: awards.RecorderDecides) -> str:
    return _("You recorded this deed yourself, so another member of the committee decides on it.")


@explains(awards.AlreadyDecided)
def _already_decided(_refusal: awards.AlreadyDecided) -> str:
    return _("This deed was decided on before. Nothing was changed.")


@explains(awards.DeedInFuture)
def _deed_in_future(_refusal: awards.DeedInFuture) -> str:
    return _("The day lies ahead. Enter the day on which it happened.")


@explains(awards.DeedTooOld)
def _deed_too_old(refusal: awards.DeedTooOld) -> str:
    return _("That is too long ago. Deeds count from %(day)s on.", day=day(refusal.earliest))


@explains(awards.DeedRecordedBefore)
def _recorded_before(_refusal: awards.DeedRecordedBefore) -> str:
    return _("This deed of this household was recorded for that day before.")


@explains(awards.CapReached)
def _cap_reached(refusal: awards.CapReached) -> str:
    return _(
        "The household may earn %(cap)s points a year by this rule, and only %(left)s of them are left. "
        "No points were issued.",
        cap=refusal.yearly_cap,
        left=refusal.left,
    )


@explains(awards.ReasonMissing)
def _reason_missing(_refusal: awards.ReasonMissing) -> str:
    return _("Please write the reason; the household will read it.")


@explains(stores.BadGoods)
def _bad_goods(_refusal: stores.BadGoods) -> str:
    return _("Goods need a name, a price in points and a worth in yuan above 0.")


@explains(stores.BadIntake)
def _bad_intake(_refusal: stores.BadIntake) -> str:
    return _("Take in a whole number of units above 0 that have not expired.")


@explains(till.UnknownCard)
def _unknown_card(_refusal: till.UnknownCard) -> str:
    return _("We do not know this card. Check the eight characters after YG and try again.")


@explains(till.CardBlocked)
def _card_blocked(_refusal: till.CardBlocked) -> str:
    return _(
        "This card was replaced or blocked. Ask for the newest card, or let the village cadre print one."
    )


@explains(till.CardTaken)
def _card_taken(_refusal: till.CardTaken) -> str:
    return _("A card with this code exists already.")


@explains(till.ServesOthers)
def _serves_others(_refusal: till.ServesOthers) -> str:
    return _("This household belongs to another store. Nothing was redeemed.")


@explains(till.KeepersOwnHousehold)
def _keepers_own(_refusal: till.KeepersOwnHousehold) -> str:
    return _("This is the card of your own household. Another keeper must serve it.")


@explains(till.KeeperHadAHand)
def _keeper_had_a_hand(_refusal: till.KeeperHadAHand) -> str:
    return _(
        "You recorded or approved points of this household or printed its card, so another keeper must serve it."
    )


@explains(till.EmptyBasket)
def _empty_basket(_refusal: till.EmptyBasket) -> str:
    return _("Nothing is chosen yet. Choose at least one thing.")


@explains(till.BadQuantity)
def _bad_quantity(_refusal: till.BadQuantity) -> str:
    return _("Enter whole numbers from 0 to %(most)s in digits. Nothing was redeemed.", most=MOST_UNITS)


@explains(till.UnknownGoods)
def _unknown_goods(_refusal: till.UnknownGoods) -> str:
    return _("Something in the basket is not on the list of this store any more. Nothing was redeemed.")


@explains(till.NotOnShelf)
def _not_on_shelf(refusal: till.NotOnShelf) -> str:
    lines = [_missing_line(line) for line in refusal.missing]
    return _("Nothing was redeemed: %(lines)s", lines=" ".join(lines))


def _missing_line(line: Missing) -> str:
    name = in_language(line.name_zh, line.name_en)
    if line.available:
        return _(
            "%(name)s: only %(left)s left, %(wanted)s wanted.",
            name=name,
            left=line.available,
            wanted=line.wanted,
        )
    if line.expired:
        return _("%(name)s: what lies there has expired.", name=name)
    return _("%(name)s: sold out.", name=name)


@explains(till.TooFewPoints)
def _too_few_points(refusal: till.TooFewPoints) -> str:
    return ngettext(
        "%(num)s point is missing: the basket costs %(wanted)s, the card has %(available)s. Nothing was redeemed.",
        "%(num)s points are missing: the basket costs %(wanted)s, the card has %(available)s. Nothing was redeemed.",
        refusal.missing,
        wanted=refusal.wanted,
        available=refusal.available,
    )


@explains(till.OnceReused)
def _once_reused(_refusal: till.OnceReused) -> str:
    return _("This page was used for another basket before. Scan the card again.")
