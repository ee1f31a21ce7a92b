"""What the audit trail and the list of jobs call things, in words for people."""

from __future__ import annotations

from flask_babel import gettext as _

from core.text import N_

#: What somebody did, by the name the trail keeps.
ACTIONS: dict[str, str] = {
    "application begun": N_("Application begun"),
    "application clear": N_("Publicity ended without fault"),
    "application issued": N_("Certificate issued on an application"),
    "application opened": N_("Application put before the public"),
    "application passed": N_("Application passed a stage"),
    "application refused": N_("Application refused"),
    "application submitted": N_("Application handed in"),
    "application upheld": N_("Objection upheld, application sent back"),
    "application withdrawn": N_("Application withdrawn"),
    "bank transfer recorded": N_("Bank transfer recorded"),
    "batch closed": N_("Batch closed"),
    "batch corrected": N_("Batch corrected"),
    "batch recorded": N_("Batch entered"),
    "benefit link added": N_("Benefit link added"),
    "benefit link answered": N_("Benefit link answered"),
    "benefit link answered on behalf": N_("Benefit link answered on the household's behalf"),
    "benefit link withdrawn": N_("Benefit link withdrawn"),
    "benefit paid": N_("Benefit paid"),
    "campaign closed": N_("Campaign closed"),
    "campaign drafted": N_("Campaign drafted"),
    "campaign ended": N_("Campaign ended"),
    "campaign published": N_("Campaign published"),
    "card blocked": N_("Card blocked"),
    "card issued": N_("Card issued"),
    "certificate issued": N_("Certificate issued"),
    "certificate lift": N_("Suspension lifted"),
    "certificate revoke": N_("Certificate revoked"),
    "certificate suspend": N_("Certificate suspended"),
    "certification setting": N_("Certification rule changed"),
    "charity added": N_("Charity entered"),
    "complaint answered": N_("Report answered"),
    "complaint filed": N_("Report filed"),
    "complaint period set": N_("Days for answering reports changed"),
    "demo world begun": N_("Demo world begun"),
    "demo world completed": N_("Demo world completed"),
    "gift given up": N_("Gift given up"),
    "gift needs review": N_("Gift needs a look"),
    "gift settled": N_("Gift settled"),
    "gifts exported": N_("Gifts exported"),
    "goods priced": N_("Goods priced in points"),
    "goods received": N_("Goods received"),
    "household entered": N_("Household entered"),
    "labels printed": N_("Labels printed"),
    "member invited": N_("Member invited"),
    "money kept apart": N_("Money kept apart for a look"),
    "notice ended": N_("Notice ended"),
    "notice opened": N_("Notice opened"),
    "notice period set": N_("Days of public notice changed"),
    "notice withdrawn": N_("Notice withdrawn"),
    "objection answered": N_("Objection answered"),
    "objection raised": N_("Objection raised"),
    "order cancelled": N_("Order cancelled"),
    "order expired": N_("Order expired unpaid"),
    "order needs review": N_("Order needs a look"),
    "order paid": N_("Order paid"),
    "order placed": N_("Order placed"),
    "organisation added": N_("Organisation entered"),
    "part accepted": N_("Delivery accepted"),
    "part shipped": N_("Parcel sent"),
    "password changed": N_("Password changed"),
    "password reset": N_("Password reset"),
    "payment cancelled": N_("Payment cancelled"),
    "payment event tried again": N_("Payment notice tried again"),
    "payment intended": N_("Payment begun"),
    "payment needs_review": N_("Payment needs a look"),
    "payment succeeded": N_("Payment succeeded"),
    "points claim approved": N_("Points approved"),
    "points claim recorded": N_("Good deed recorded"),
    "points claim refused": N_("Points refused"),
    "points cover set": N_("Cover of points set"),
    "points redeemed": N_("Points redeemed"),
    "points rule added": N_("Points rule added"),
    "points rule closed": N_("Points rule closed"),
    "product added": N_("Product added"),
    "product listed": N_("Product put on sale"),
    "product unlisted": N_("Product taken off sale"),
    "qualification renewed": N_("Fundraising qualification renewed"),
    "role granted": N_("Role granted"),
    "signed in": N_("Signed in to the account"),
    "store opened": N_("Store opened"),
    "user added": N_("Account opened"),
    "dispute lost": N_("Dispute lost"),
    "dispute needs_response": N_("Dispute needs an answer"),
    "dispute under_review": N_("Dispute under review"),
    "dispute warning_closed": N_("Dispute warning closed"),
    "dispute warning_needs_response": N_("Dispute announced"),
    "dispute warning_under_review": N_("Dispute warning under review"),
    "dispute won": N_("Dispute won"),
    "held money: close": N_("Held money closed"),
    "held money: close confirmed": N_("Held money: closing confirmed"),
    "held money: close declined": N_("Held money: closing declined"),
    "held money: close proposed": N_("Held money: closing proposed"),
    "held money: match": N_("Held money matched"),
    "held money: match confirmed": N_("Held money: match confirmed"),
    "held money: match declined": N_("Held money: match declined"),
    "held money: match proposed": N_("Held money: match proposed"),
    "held money: return": N_("Held money returned"),
    "held money: return confirmed": N_("Held money: return confirmed"),
    "held money: return declined": N_("Held money: return declined"),
    "held money: return proposed": N_("Held money: return proposed"),
    "licence handed in": N_("Licence handed in"),
    "licence read": N_("Licence read"),
    "licence reminder": N_("Reminded of a licence"),
    "licence taken out": N_("Licence taken out"),
    "line refunded": N_("Line refunded"),
    "order ended, its money goes back": N_("Order ended, its money goes back"),
    "order given back": N_("Order refunded"),
    "order sent after all": N_("Order sent after all"),
    "pack size added": N_("Pack size added"),
    "pack size closed": N_("Pack size closed"),
    "pack size edited": N_("Pack size edited"),
    "pack size reopened": N_("Pack size reopened"),
    "paid order called off": N_("Paid order called off"),
    "picture added": N_("Picture added"),
    "picture described": N_("Picture described"),
    "picture moved": N_("Picture moved"),
    "picture removed": N_("Picture removed"),
    "product edited": N_("Product edited"),
    "product list applied": N_("Product list applied"),
    "product list sent": N_("Product list sent"),
    "refund approved": N_("Refund approved"),
    "refund asked for": N_("Refund asked for"),
    "refund declined": N_("Refund declined"),
    "refund failed": N_("Refund failed"),
    "refund limit set": N_("Limit of refunds set"),
    "refund needs review": N_("Refund needs a look"),
    "refund paid": N_("Refund paid"),
    "refund tried again": N_("Refund tried again"),
    "registration approved": N_("Registration approved"),
    "registration begun": N_("Registration begun"),
    "registration refused": N_("Registration refused"),
    "registration submitted": N_("Registration handed in"),
}

#: To what kind of thing.
SUBJECTS: dict[str, str] = {
    "application": N_("Application for certification"),
    "bank_transfer": N_("Bank transfer"),
    "batch": N_("Batch of goods"),
    "benefit link": N_("Benefit link"),
    "campaign": N_("Campaign"),
    "card": N_("Card"),
    "certificate": N_("Certificate"),
    "charity": N_("Charity"),
    "complaint": N_("Report of a wrong"),
    "complaints": N_("Rules for reports"),
    "demo": N_("Demo"),
    "donation": N_("Donation"),
    "goods": N_("Goods"),
    "household": N_("Household"),
    "notice": N_("Notice"),
    "notice kind": N_("Kind of notice"),
    "order": N_("Order"),
    "organisation": N_("Organisation"),
    "payment": N_("Payment"),
    "payment_event": N_("Notice of a provider"),
    "points_claim": N_("Points claim"),
    "points_rule": N_("Points rule"),
    "product": N_("Product"),
    "redemption": N_("Redemption"),
    "region": N_("Region"),
    "setting": N_("Rule that was set"),
    "store": N_("Love supermarket"),
    "user": N_("Account"),
    "dispute": N_("Dispute"),
    "licence": N_("Licence"),
    "product list": N_("Product list"),
    "refund": N_("Refund"),
    "registration": N_("Registration"),
    "variant": N_("Pack size"),
}

#: Reasons that the application gives by itself; a person's own words stay as they are.
REASONS: dict[str, str] = {
    "another amount": N_("another amount"),
    "not paid in time": N_("not paid in time"),
    "replaced": N_("replaced"),
}

#: What runs by the clock, by the name of its function.
JOBS: dict[str, str] = {
    "charity.campaigns.jobs.end_overdue_campaigns": N_("End campaigns whose time is up"),
    "charity.donations.jobs.give_up_abandoned_donations": N_("Give up gifts that were never paid"),
    "core.jobs.forget_old_jobs": N_("Clear away finished jobs"),
    "ledger.jobs.check_the_books": N_("Let the books check themselves"),
    "ledger.jobs.expire_holds": N_("Release holds whose time is up"),
    "ledger.jobs.roll_balances": N_("Bring balances up to date"),
    "payments.jobs.sweep_payments": N_("Ask the providers about open payments"),
    "publicity.jobs.end_due_notices": N_("End notices whose time is up"),
    "search.jobs.index_changes": N_("Bring the search index up to date"),
    "shop.applications.jobs.open_renewals": N_("Open renewals of certificates and remind"),
    "shop.benefit_links.jobs.keep_counts": N_("Count linked households"),
    "shop.cart.jobs.forget_old_carts": N_("Forget old carts"),
    "shop.orders.jobs.expire_unpaid_orders": N_("Close orders that were not paid in time"),
    "shop.tracing.jobs.give_missing_codes": N_("Give codes to products that have none"),
    "accounts.licences.jobs.remind_of_ends": N_("Remind of licences that end"),
    "payments.jobs.reconcile_finished_days": N_("Compare finished days with the providers"),
    "payments.jobs.sweep_refunds": N_("Ask the providers about refunds"),
    "shop.product_files.jobs.forget_old_uploads": N_("Forget old product lists"),
}

_ACTORS = {"system": N_("The application itself"), "guest": N_("A guest")}


def action(name: str) -> str:
    """Say what was done."""
    return _(ACTIONS[name]) if name in ACTIONS else name


def subject(kind: str) -> str:
    """Say to what kind of thing it was done."""
    return _(SUBJECTS[kind]) if kind in SUBJECTS else kind


def reason(text: str) -> str:
    """Say why; what a person wrote stays as written."""
    return _(REASONS[text]) if text in REASONS else text


def actor(name: str) -> str:
    """Say who did it; a person's name stays as it is."""
    return _(_ACTORS[name]) if name in _ACTORS else name


def job(name: str) -> str:
    """Say what a job does that runs by the clock."""
    return _(JOBS[name]) if name in JOBS else name
