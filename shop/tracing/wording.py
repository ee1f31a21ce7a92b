"""Words of tracing: how certificates and batches stand, and what is refused."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from shop.certification.values import CertificateKind, CertificateState
from shop.tracing import errors, rules
from shop.tracing.values import (
    BatchRow,
    Closing,
    Freshness,
    LabelKind,
    LabelLanguage,
    SheetFormat,
    TracedCertificate,
)
from web.templating import day
from web.wording import explains

#: As pairs, for a label may carry both languages.
AID_PRODUCT = ("帮扶产品", "Certified aid product")
LOCAL_PRODUCT = ("本地产品", "Local product")
KINDS = {CertificateKind.AID_PRODUCT: AID_PRODUCT, CertificateKind.LOCAL_PRODUCT: LOCAL_PRODUCT}

CLOSINGS = {
    Closing.SOLD_OUT.value: _l("Sold out: its page stays as it is"),
    Closing.MISTAKE.value: _l("Entered by mistake: its page says that no pack should carry the code"),
}

SHEETS = {
    SheetFormat.A4_3X8.value: _l("A4, 24 labels of 70 × 37 mm"),
    SheetFormat.A4_2X5.value: _l("A4, 10 labels of 105 × 57 mm"),
    SheetFormat.ROLL.value: _l("Roll, labels of 60 × 40 mm"),
}

LABEL_KINDS = {
    LabelKind.CERTIFIED.value: _l("With the certificate"),
    LabelKind.PLAIN.value: _l("Without the certificate: name, origin and batch only"),
}

LANGUAGES = {
    LabelLanguage.ZH.value: _l("Chinese"),
    LabelLanguage.BOTH.value: _l("Chinese and English"),
    LabelLanguage.EN.value: _l("English"),
}


def certificate_warning(certificate: TracedCertificate) -> str:
    """Say plainly why a certificate does not hold now; empty when it does."""
    if certificate.state is CertificateState.SUSPENDED:
        return _(
            "The county suspended its certificate on %(day)s. At present this is no certified product.",
            day=day(certificate.suspended_on),
        )
    if certificate.state is CertificateState.REVOKED:
        return _(
            "The county revoked its certificate on %(day)s. This is no certified product any more.",
            day=day(certificate.revoked_on),
        )
    if certificate.state is CertificateState.EXPIRED:
        return _(
            "Its certificate ran out on %(day)s and was not renewed. This is no certified product any more.",
            day=day(certificate.last_day),
        )
    if certificate.state is CertificateState.NOT_YET:
        return _(
            "Its certificate begins on %(day)s only. Until then this is no certified product.",
            day=day(certificate.valid_from),
        )
    return ""


def batch_label(row: BatchRow) -> str:
    """Return how a batch stands, in a word or two."""
    if row.closing is Closing.RECALLED:
        return _("Recalled")
    if row.closing is Closing.MISTAKE:
        return _("Entered by mistake")
    if row.closing is Closing.SOLD_OUT:
        return _("Batch sold out")
    if row.freshness is Freshness.OVER:
        return _("Past its day")
    if row.freshness is Freshness.NEAR and row.days_left is not None:
        return (
            ngettext("keeps %(num)s more day", "keeps %(num)s more days", row.days_left)
            if row.days_left
            else _("best before today")
        )
    return _("Good")


def batch_tone(row: BatchRow) -> str:
    """Return the tone in which the state of a batch is shown."""
    if row.closing is Closing.RECALLED:
        return "bad"
    if row.closing is not None:
        return "neutral"
    return {Freshness.OVER: "bad", Freshness.NEAR: "warn"}.get(row.freshness, "good")


@explains(errors.BadBatch)
def _bad(refusal: errors.BadBatch) -> str:
    return {
        ("made_on", "future"): _("A batch cannot be made in the future."),
        ("made_on", "too_old"): _("This day is more than ten years ago. Please check the year."),
        ("best_before", "not_after"): _("The best-before day comes after the day on which it was made."),
        ("best_before", "too_late"): _("This day is more than thirty years away. Please check the year."),
        ("packs", "number"): _("Enter a number from 1 to 1,000,000."),
        ("inspected_on", "future"): _("A report cannot be dated in the future."),
        ("inspection_number", "missing"): _("Enter the number of the report too, or leave its day empty."),
        ("variant", "unknown"): _("Choose a pack size that this product offers."),
        ("number", "missing"): _("Enter the number that stands on the packs, at most 30 characters."),
    }.get((refusal.field, refusal.fault)) or _("Please say why, in at most 300 characters.")


@explains(errors.BatchTaken)
def _taken(refusal: errors.BatchTaken) -> str:
    return _(
        "This product has a batch %(number)s already. Correct that one, or use another number.",
        number=refusal.number,
    )


@explains(errors.FormSentBefore)
def _sent_before(_refusal: errors.FormSentBefore) -> str:
    return _("This form was sent before with other contents. Load the page again.")


@explains(errors.BatchClosed)
def _closed(refusal: errors.BatchClosed) -> str:
    return _("This batch was closed on %(day)s; nothing of it changes any more.", day=day(refusal.closed_on))


@explains(errors.NothingChanged)
def _unchanged(_refusal: errors.NothingChanged) -> str:
    return _("Nothing differs from what is known already.")


@explains(errors.BatchMovedOn)
def _moved_on(_refusal: errors.BatchMovedOn) -> str:
    return _("Somebody corrected this batch in the meantime. Look at what stands there now, then try again.")


@explains(errors.NotCertifiedNow)
def _not_certified(_refusal: errors.NotCertifiedNow) -> str:
    return _(
        "The certificate of this product does not hold now, so no label may show it. You can print labels without the "
        "certificate."
    )


@explains(errors.BadLabels)
def _bad_labels(refusal: errors.BadLabels) -> str:
    return {
        "count": _("Enter a number from 1 to %(most)s.", most=f"{rules.MOST_LABELS:,}"),
        "start": _("This sheet has fewer places. Count them row by row from the upper left."),
    }.get(refusal.field) or _("Choose a batch that is open and not past its day.")


@explains(errors.UnknownTraceCode)
def _unknown(_refusal: errors.UnknownTraceCode) -> str:
    return _("Nothing has this code.")
