"""The fixed accounts with which the demo world is tried out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accounts.models import Organisation, RoleGrant, User
from core import ids
from ledger import queries as ledger_queries
from points import books
from points.redemptions.models import Card
from points.supermarkets.models import Store
from registry.models import Household, Region

PASSWORD = "yigou-demo-2026"
DOMAIN = "demo.yigou.example"

#: The printed card of household@'s household, for the till.
CARD_CODE = "YG-7K3M-92QF"


@dataclass(frozen=True, slots=True)
class FixedAccount:
    """Somebody a visitor may be: `key` is the part before the @."""

    key: str
    name: str
    does_zh: str
    does_en: str

    @property
    def email(self) -> str:
        """Return the address to sign in with."""
        return f"{self.key}@{DOMAIN}"


#: Names are those of the content where it has them: the supplier's and the charity's contact, the keeper, the cadre.
FIXED: tuple[FixedAccount, ...] = (
    FixedAccount("buyer", "陆晓棠", "公众买家：逛、买、查订单", "buys as a member of the public"),
    FixedAccount("canteen", "秦文静", "食堂采购员：下单、收货", "orders for a canteen on account"),
    FixedAccount("approver", "罗文斌", "食堂审批与验收", "approves and accepts for the same canteen"),
    FixedAccount("finance", "邵明礼", "平台财务：登记到账", "the operator's finance: records transfers"),
    FixedAccount("supplier", "李运河", "供货商：商品、发货", "supplier: products and shipping"),
    FixedAccount("certifier", "褚正平", "县级认定员：发证", "certifies the products of a county"),
    FixedAccount("charity", "叶知秋", "慈善组织：管理募捐", "charity officer: campaigns and gifts"),
    FixedAccount("donor", "温知夏", "捐赠人：捐款、查凭证", "gives, and looks up acknowledgements"),
    FixedAccount("cadre", "", "驻村干部：记录善行", "village cadre: records deeds"),
    FixedAccount("committee", "", "村评议会：审定积分", "village committee: decides on points"),
    FixedAccount(
        "keeper",
        "",
        "爱心超市店主：收银兑换、村自提点",
        "keeps the love supermarket's till and the pick-up point",
    ),
    FixedAccount("household", "", "农户：看自家积分", "household: sees its own points"),
    FixedAccount("supervisor", "魏承志", "监督：看全市账目", "supervises the prefecture"),
    FixedAccount("admin", "贺一鸣", "平台管理员", "runs the platform"),
)

FIXED_BY_KEY: dict[str, FixedAccount] = {account.key: account for account in FIXED}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as it is printed."""

    email: str
    name: str
    does_zh: str
    does_en: str
    place_zh: str
    place_en: str


@dataclass(frozen=True, slots=True)
class TillFacts:
    """What a visitor needs at the till."""

    card_code: str
    householder: str
    points: int
    store_zh: str
    store_en: str


def list_accounts(session: Session) -> list[AccountLine]:
    """Return the fixed accounts that exist, with where each belongs."""
    organisation, region, home = aliased(Organisation), aliased(Region), aliased(Region)
    rows = session.execute(
        select(
            User.email,
            User.name,
            organisation.name_zh,
            organisation.name_en,
            region.name_zh,
            region.name_en,
            home.name_zh,
            home.name_en,
        )
        .outerjoin(RoleGrant, (RoleGrant.user_id == User.id) & RoleGrant.valid_until.is_(None))
        .outerjoin(organisation, organisation.id == RoleGrant.organisation_id)
        .outerjoin(region, region.id == RoleGrant.region_id)
        .outerjoin(Household, Household.id == User.household_id)
        .outerjoin(home, home.id == Household.village_id)
        .where(User.email.in_([account.email for account in FIXED]))
        .order_by(RoleGrant.id)
    )
    found: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        place_zh, place_en = row[2] or row[4] or row[6] or "", row[3] or row[5] or row[7] or ""
        found.setdefault(row.email, (row.name, place_zh, place_en))
    return [
        AccountLine(account.email, name, account.does_zh, account.does_en, place_zh, place_en)
        for account in FIXED
        if account.email in found
        for name, place_zh, place_en in [found[account.email]]
    ]


def find_till_facts(session: Session) -> TillFacts | None:
    """Return the printed card with its points and store, or None when the card is not (or no longer) in use."""
    row = session.execute(
        select(Household)
        .join(Card, Card.household_id == Household.id)
        .where(Card.code_digest == ids.digest(CARD_CODE), Card.blocked_at.is_(None))
    ).first()
    if row is None:
        return None
    household: Household = row[0]
    store = session.scalar(select(Store).where(Store.village_id == household.village_id).limit(1))
    points = ledger_queries.balance(session, books.household_points(household.ledger_ref).code).available
    return TillFacts(
        CARD_CODE,
        household.householder,
        points,
        store.name_zh if store else "",
        store.name_en if store else "",
    )
