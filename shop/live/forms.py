"""Forms of live sessions: the plan, packs to set aside or take back, why one is called off."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from accounts.models import Organisation
from shop.live.models import LiveSession
from shop.live.values import Plan, SessionState
from shop.stock.values import MOST_PACKS
from web.forms import (
    VERSION,
    Form,
    MomentField,
    OnceForm,
    WholeNumberField,
    YuanField,
    at_most,
    no_control_characters,
    required,
)
from web.language import in_language

_ABOUT = [Optional(), at_most(1000), no_control_characters]


class PlanForm(OnceForm):
    """What a session is about, when it is, where it can be watched; `version` is the one that the form showed."""

    version = HiddenField(validators=[Optional(), *VERSION])
    host = SelectField(_l("Who holds it"), [required()])
    title_zh = StringField(_l("Title in Chinese"), [required(), at_most(60), no_control_characters])
    title_en = StringField(_l("Title in English"), [required(), at_most(80), no_control_characters])
    about_zh = TextAreaField(_l("What it is about, in Chinese"), _ABOUT)
    about_en = TextAreaField(_l("What it is about, in English"), _ABOUT)
    starts_at = MomentField(_l("It begins"), [required()], description=_l("Day and time in China."))
    ends_at = MomentField(
        _l("It ends"), [required()], description=_l("It ends by itself then; you may end it before.")
    )
    watch_url = StringField(
        _l("Where it can be watched"),
        [Optional(), at_most(300), no_control_characters],
        description=_l("The address of the broadcast, with https://. Without one, only the goods are shown."),
    )

    def offer(self, hosts: Sequence[Organisation]) -> None:
        """Offer the organisations that may hold it."""
        self.host.choices = [(host.public_id, in_language(host.name_zh, host.name_en)) for host in hosts]

    def narrow_to(self, live: LiveSession) -> None:
        """Leave out what is not changed any more: who holds it, and once it is open when it began."""
        del self.host
        if live.state == SessionState.OPEN:
            del self.starts_at

    def fill_from(self, live: LiveSession) -> None:
        """Show what is planned."""
        for name in ("title_zh", "title_en", "about_zh", "about_en", "watch_url"):
            self[name].data = getattr(live, name)
        for name in ("starts_at", "ends_at"):
            if name in self:
                self[name].fill(getattr(live, name))
        self.version.data = str(live.version)

    def to_plan(self, live: LiveSession | None = None) -> Plan:
        """Return the plan, of a session that there is already or of a new one; called once the form is valid."""
        starts_at = self.starts_at.moment if "starts_at" in self else live and live.starts_at
        assert starts_at
        assert self.ends_at.moment
        return Plan(
            " ".join((self.title_zh.data or "").split()),
            " ".join((self.title_en.data or "").split()),
            (self.about_zh.data or "").replace("\r\n", "\n").strip(),
            (self.about_en.data or "").replace("\r\n", "\n").strip(),
            starts_at,
            self.ends_at.moment,
            (self.watch_url.data or "").strip(),
        )


class SetAsideForm(OnceForm):
    """How many packs are set aside, and what one costs in the session; `version` is the one of the price that was shown."""

    version = HiddenField(validators=[Optional(), *VERSION])
    packs = WholeNumberField(_l("Packs to set aside"), [required()], least=1, most=MOST_PACKS)
    price = YuanField(
        _l("Price of a pack in the session"),
        [required()],
        description=_l("At most the price in the shop. Everybody's part keeps its share of it."),
    )
    most_per_buyer = WholeNumberField(
        _l("Packs that a buyer gets at most"),
        [Optional()],
        least=1,
        most=MOST_PACKS,
        description=_l(
            "Left empty, as many as there are. Counted by account, for guests by the phone number of the delivery."
        ),
    )

    def keep_what_is_open(self) -> None:
        """Leave out what stays as it is once the session is open."""
        del self.price
        del self.most_per_buyer


class TakeBackForm(OnceForm):
    """How many packs go back into the shop."""

    packs = WholeNumberField(_l("Packs to take back into the shop"), [required()], least=1, most=MOST_PACKS)


class CallOffForm(Form):
    """Why a session is called off."""

    reason = TextAreaField(
        _l("Reason"),
        [required(), at_most(500), no_control_characters],
        description=_l("Everybody reads it on the page of the session."),
    )
