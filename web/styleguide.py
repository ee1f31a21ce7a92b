"""The living page of the design system at /styleguide, filled with sample data only."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from web.access import public
from web.forms import DateField, Form

bp = Blueprint("styleguide", __name__)

TINTS = ("grain_oil", "fruit_vegetables", "snacks", "daily_goods", "cooked_food", "plants", "crafts")


@dataclass(frozen=True)
class SampleCard:
    """A product as the list shows it."""

    title: str
    origin: str
    tint: str
    price_text: str
    unit_price_text: str
    impact_text: str = ""
    certified: bool = True
    sold_out: bool = False
    url: str = "/styleguide"
    image_url: str = ""
    image_srcset: str = ""


@dataclass(frozen=True)
class SampleCampaign:
    """A campaign as the list shows it."""

    title: str
    charity: str
    raised_text: str
    target_text: str
    percent: int
    donors_text: str
    next_text: str
    url: str = "/styleguide"
    image_url: str = ""


@dataclass(frozen=True)
class SampleStep:
    """A step of a timeline."""

    label: str
    state: str
    when: str = ""
    who: str = ""
    note: str = ""


@dataclass(frozen=True)
class SamplePage:
    """A page of a list with its neighbours."""

    number: int
    pages: int
    prev_url: str
    next_url: str
    links: tuple[tuple[str, str, bool], ...]


class SampleForm(Form):
    """One field of each kind."""

    receiver = StringField(lazy_gettext("Receiver"), [InputRequired()])
    mobile = StringField(lazy_gettext("Mobile number"), [InputRequired()])
    password = PasswordField(lazy_gettext("Password"), [InputRequired()])
    county = SelectField(
        lazy_gettext("County"),
        [InputRequired()],
        choices=[
            ("", lazy_gettext("Choose one")),
            ("1", lazy_gettext("Shanting")),
            ("2", lazy_gettext("Yicheng")),
        ],
    )
    weight = IntegerField(lazy_gettext("Quantity"), [InputRequired()])
    amount = StringField(lazy_gettext("Gift"), [InputRequired()])
    day = DateField(lazy_gettext("Delivery day"))
    way = RadioField(
        lazy_gettext("Way to pay"),
        [InputRequired()],
        choices=[
            ("card", lazy_gettext("Card or wallet")),
            ("account", lazy_gettext("On account, by bank transfer")),
        ],
    )
    note = TextAreaField(lazy_gettext("Note for the supplier"))
    picture = FileField(lazy_gettext("Picture of the goods"))
    agreed = BooleanField(lazy_gettext("I have read how my data is used"), [InputRequired()])


class SampleAgainForm(Form):
    """Who it is, asked again of somebody with two-step sign-in."""

    password = PasswordField(lazy_gettext("Your password, once more"), [InputRequired()])
    code = StringField(lazy_gettext("Code of your app"), [InputRequired()])


def _sample_form(with_errors: bool) -> SampleForm:
    """Build the sample form, with a refusal at each kind of field if asked."""
    form = SampleForm(formdata=None, prefix="bad" if with_errors else "good", meta={"csrf": False})
    form.receiver.data = _("Li Guihua")
    form.weight.data = 50
    form.way.data = "account"
    if with_errors:
        form.way.data = None
        form.mobile.data = "1380013"
        form.mobile.errors = [_("A mobile number has 11 digits.")]
        form.county.errors = [_("Choose the county that the goods go to.")]
        form.way.errors = [_("Choose how you want to pay.")]
        form.note.errors = [_("Please keep the note under 200 characters.")]
        form.agreed.errors = [_("Please read it and tick the box.")]
    return form


def _products() -> list[SampleCard]:
    return [
        SampleCard(
            _("Dianzi stone-milled millet, 2.5 kg bag"),
            _("Shanting · Qinglian village co-operative"),
            "grain_oil",
            "¥39.80",
            "¥15.92/kg",
            _("Each bag: ¥12.40 to 21 households"),
        ),
        SampleCard(
            _("Fengmao long red dates and apples, gift box of 5 kg"),
            _("Shanting · Fengmao fruit growers"),
            "fruit_vegetables",
            "¥58.00",
            "¥11.60/kg",
            _("Each box: ¥9.00 to 34 households"),
        ),
        SampleCard(
            _("Date-flower honey, 500 g"),
            _("Yicheng · Liuyuan beekeepers"),
            "snacks",
            "¥45.00",
            "¥90.00/kg",
            _("Each jar: ¥8.20 to 6 households"),
            sold_out=True,
        ),
        SampleCard(
            _("Hand-woven willow basket"),
            _("Tengzhou · Mashi willow weavers"),
            "crafts",
            "¥1,268.00",
            "",
            certified=False,
        ),
    ]


@bp.get("/styleguide")
@public
def index() -> ResponseReturnValue:
    """Show every component in each of its states."""
    return render_template(
        "styleguide/index.html",
        form=_sample_form(with_errors=False),
        bad_form=_sample_form(with_errors=True),
        again_form=SampleAgainForm(formdata=None, prefix="again", meta={"csrf": False}),
        products=_products(),
        tints=TINTS,
        campaigns=[
            SampleCampaign(
                _("Warm school lunches for Shanting"),
                _("Shanting Charity Federation"),
                "¥86,420.00",
                "¥120,000.00",
                72,
                _("1,204 donors"),
                _("Next report: 31 December"),
            ),
            SampleCampaign(
                _("Restocking the love supermarket of Qinglian"),
                _("Shanting Charity Federation"),
                "¥9,300.00",
                "¥30,000.00",
                31,
                _("88 donors"),
                _("24 days left"),
            ),
        ],
        steps=[
            SampleStep(_("Ordered"), "done", "2026-11-18 09:12", _("No. 2 Primary School")),
            SampleStep(
                _("Paid by bank transfer"),
                "done",
                "2026-11-19 14:40",
                "",
                _("Matched to payment code 7F3K-92"),
            ),
            SampleStep(_("On its way"), "now", "2026-11-20 07:30", _("Qinglian village co-operative")),
            SampleStep(_("Accepted"), "next"),
        ],
        page=SamplePage(
            2,
            6,
            "/styleguide?page=1",
            "/styleguide?page=3",
            (
                ("1", "/styleguide?page=1", False),
                ("2", "/styleguide?page=2", True),
                ("3", "/styleguide?page=3", False),
                ("…", "", False),
                ("6", "/styleguide?page=6", False),
            ),
        ),
    )


@bp.post("/styleguide")
@public
def take() -> ResponseReturnValue:
    """Take what a specimen sends, and do nothing with it."""
    return redirect("/styleguide", 303)
