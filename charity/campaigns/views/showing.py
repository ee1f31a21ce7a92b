"""How campaigns are told to people: cards, stages and reports in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from charity.campaigns.queries import CampaignFile, CampaignSummary
from charity.campaigns.values import Disclosure, DisclosureKind, FundraisingMode, Requirement, Stage
from core import money, storage
from web.language import in_language
from web.templating import day


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """What the component `campaign_card` shows, and the stage beside it."""

    url: str
    title: str
    charity: str
    summary: str
    raised_text: str
    target_text: str
    percent: int
    donors_text: str
    next_text: str
    image_url: str
    image_srcset: str
    stage: Stage
    stage_label: str
    stage_tone: str


def fundraising_mode() -> FundraisingMode:
    """Return where this deployment takes gifts."""
    return FundraisingMode(current_app.config["YIGOU"].fundraising_mode)


def shows_totals(mode: FundraisingMode) -> bool:
    """Say whether our ledger knows what came in; in outbound mode only the designated platform does."""
    return mode is not FundraisingMode.OUTBOUND


def card_of(summary: CampaignSummary) -> CampaignCard:
    """Put one campaign into words for a card."""
    label, tone = stage_words(summary.stage)
    return CampaignCard(
        url=f"/charity/campaigns/{summary.slug}",
        title=in_language(summary.title_zh, summary.title_en),
        charity=in_language(summary.charity_zh, summary.charity_en),
        summary=in_language(summary.summary_zh, summary.summary_en),
        raised_text=money.format_yuan(summary.received_fen),
        target_text=money.format_yuan(summary.target_fen),
        percent=summary.percent,
        donors_text=donors_text(summary.donors),
        next_text=time_text(summary),
        image_url=storage.picture_url(summary.picture) if summary.picture else "",
        image_srcset=storage.picture_srcset(summary.picture),
        stage=summary.stage,
        stage_label=label,
        stage_tone=tone,
    )


def cards_of(summaries: Sequence[CampaignSummary]) -> list[CampaignCard]:
    """Put campaigns into words for cards."""
    return [card_of(summary) for summary in summaries]


def parts_of(summaries: Sequence[CampaignSummary]) -> list[tuple[str, list[CampaignCard], bool]]:
    """Part a list into what takes gifts and what is over, each with its heading."""
    open_now = [summary for summary in summaries if summary.stage in (Stage.RUNNING, Stage.UPCOMING)]
    over = [summary for summary in summaries if summary.stage not in (Stage.RUNNING, Stage.UPCOMING)]
    return [(_("Open campaigns"), cards_of(open_now), False), (_("Earlier campaigns"), cards_of(over), True)]


def donors_text(count: int) -> str:
    """Say how many people gave."""
    if not count:
        return _("No gifts yet")
    return ngettext("%(num)s donor", "%(num)s donors", count)


def time_text(summary: CampaignSummary) -> str:
    """Say how much time is left, or when it will begin or has ended."""
    if summary.stage is Stage.UPCOMING:
        return _("Begins on %(day)s", day=day(summary.starts_on))
    if summary.stage is Stage.RUNNING:
        if summary.days_left == 1:
            return _("Last day today")
        return ngettext("%(num)s day left", "%(num)s days left", summary.days_left)
    return _("Ended on %(day)s", day=day(summary.ends_on))


def stage_words(stage: Stage) -> tuple[str, str]:
    """Return the label and the tone of a stage."""
    return {
        Stage.DRAFT: (_("Draft campaign"), "neutral"),
        Stage.UPCOMING: (_("Begins soon"), "info"),
        Stage.RUNNING: (_("Taking gifts"), "good"),
        Stage.ENDED: (_("Campaign ended"), "neutral"),
        Stage.CLOSED: (_("Campaign closed"), "neutral"),
    }[stage]


def disclosure_words(disclosure: Disclosure | None) -> str:
    """Say which report comes next and by when (rule C4)."""
    if disclosure is None:
        return _("All dates of disclosure have passed")
    if disclosure.kind is DisclosureKind.PROGRESS:
        return _("Progress report by %(day)s", day=day(disclosure.due_on))
    return _("Full report by %(day)s", day=day(disclosure.due_on))


def plan_pairs(file: CampaignFile) -> list[tuple[str, str]]:
    """Return the recorded plan as the public may read it: everything but the bank account (rules C2, I1)."""
    campaign = file.campaign
    return [
        (_("Purpose of the campaign"), in_language(campaign.purpose_zh, campaign.purpose_en)),
        (_("Goal"), money.format_yuan(campaign.target_fen)),
        (
            _("Runs from"),
            _("%(first)s to %(last)s", first=day(campaign.starts_on), last=day(campaign.ends_on)),
        ),
        (_("Area of the campaign"), in_language(campaign.area_zh, campaign.area_en)),
        (_("Person in charge"), in_language(campaign.person_in_charge_zh, campaign.person_in_charge_en)),
        (_("Office of the campaign"), in_language(campaign.office_zh, campaign.office_en)),
        (_("Ways to receive gifts"), in_language(campaign.ways_zh, campaign.ways_en)),
        (_("For whom"), in_language(campaign.beneficiary_zh, campaign.beneficiary_en)),
        (_("How the money is used"), in_language(campaign.use_zh, campaign.use_en)),
        (_("Cost of the campaign"), in_language(campaign.cost_zh, campaign.cost_en)),
        (_("What happens to leftover money"), in_language(campaign.leftover_zh, campaign.leftover_en)),
        (_("Record number"), campaign.record_no),
        (_("Recorded on"), day(campaign.recorded_on)),
    ]


def charity_pairs(file: CampaignFile) -> list[tuple[str, str]]:
    """Return what rule C3 puts on every page of a campaign."""
    charity, organisation = file.charity, file.organisation
    valid = day(charity.qualification_valid_until)
    contact = " ".join(
        part for part in (in_language(charity.contact_zh, charity.contact_en), charity.contact_phone) if part
    )
    return [
        (_("Charity"), in_language(organisation.name_zh, organisation.name_en)),
        (_("Unified credit code"), organisation.credit_code or ""),
        (_("Registration certificate no."), charity.registration_no),
        (_("Public fundraising qualification no."), charity.qualification_no),
        (_("Qualification valid until"), valid),
        (_("Record no. of the fundraising plan"), file.campaign.record_no),
        (_("Contact"), contact),
        (_("Address"), in_language(charity.address_zh, charity.address_en)),
        (_("How to ask"), in_language(charity.query_zh, charity.query_en)),
    ]


def requirement_words(requirement: Requirement) -> str:
    """Return a line of the check-list of publishing in words."""
    return {
        Requirement.QUALIFICATION: _("The charity holds a valid qualification for public fundraising (C1)"),
        Requirement.RECORD_NO: _("Civil affairs has given the plan a record number (C2)"),
        Requirement.RECORDED_IN_TIME: _("The plan was recorded at least ten days before the start (C2)"),
        Requirement.NOT_OVER: _("The campaign is not over yet"),
        Requirement.STORY: _("Title, story and purpose are written"),
        Requirement.PLAN: _("Every field of the plan is filled in (C2)"),
        Requirement.CHARITY_FACTS: _("The charity's name, codes, contact and way to ask are known (C3)"),
        Requirement.PLATFORM: _("The address of the designated platform is given"),
    }[requirement]


def blank_words(name: str) -> str:
    """Return the name of a text that is still empty."""
    return {
        "title": _("title"),
        "story": _("story"),
        "purpose": _("purpose"),
        "area": _("area"),
        "person_in_charge": _("person in charge"),
        "office": _("office"),
        "ways": _("ways to receive gifts"),
        "bank_account": _("bank account"),
        "beneficiary": _("for whom"),
        "use": _("use of the money"),
        "cost": _("cost"),
        "leftover": _("leftover money"),
        "name": _("full name"),
        "credit_code": _("credit code"),
        "registration_no": _("registration certificate"),
        "contact": _("contact"),
        "contact_phone": _("contact phone"),
        "query": _("how to ask"),
    }[name]
