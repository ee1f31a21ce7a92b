"""Decisions of publicity: what the public must not read, how long a notice stands, how it ends."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from stdnum.cn import uscc

from core.clock import CHINA
from core.ids import ALPHABET
from publicity.values import Decision, NoticeKind, NoticeState

#: Days that a kind stands where nothing else was set; 3 for points in the county rule behind F1.
DEFAULT_DAYS = 5
DAYS_BY_KIND = {NoticeKind.POINTS_ISSUE: 3}
SHORTEST, LONGEST = 1, 60

#: How long an ended notice stays in the public lists (rule I3).
LISTED_AFTER_END = timedelta(days=15)

#: An objection that waits longer is marked in the queue.
ANSWER_WITHIN_DAYS = 5

LONGEST_OBJECTION = 2000
LONGEST_ANSWER = 2000

PERSONAL_KINDS = ("id_number", "phone", "bank_account", "address", "health")

_GAP = r"[ \-‐‑–—·]?"
_ID_NUMBER = re.compile(
    rf"(?<![0-9A-Z])[1-9][0-9]{{5}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{3}}[0-9X](?![0-9A-Z])"
)
_OLD_ID_NUMBER = re.compile(r"(?<![0-9A-Z])[1-9][0-9]{14}(?![0-9A-Z])")
_MOBILE = re.compile(
    rf"(?<![0-9A-Z])(?:\+?(?:00)?86{_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9A-Z])"
)
_LANDLINE = re.compile(
    r"(?<![0-9A-Z])(?:0[0-9]{2,3}[ \-—)]{1,2}[2-9][0-9]{6,7}|400[ \-][0-9]{3}[ \-]?[0-9]{4})(?![0-9])"
)
_PHONE_LABELLED = re.compile(r"(?:电话|手机|微信|PHONE|\bTEL\b|\bMOBILE\b)[^0-9]{0,6}[0-9][0-9 \-]{5,}")
_ACCOUNT = re.compile(
    rf"(?<![0-9A-Z])(?:[0-9]{{16,19}}|[0-9]{{4}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?:{_GAP}[0-9]{{1,3}})?)"
    r"(?![0-9A-Z])"
)
_ACCOUNT_LABELLED = re.compile(
    r"(?:账号|帐号|卡号|账户|银行卡|开户行|\bACCOUNT\b|\bCARD NO\b)[^0-9]{0,12}[0-9][0-9 \-]{7,}"
)
_ADDRESS = re.compile(
    r"家庭住址|家庭地址|居住地址|现住址|户籍地址|门牌号?[:为是]?[0-9]|[0-9]+ ?(?:号楼|单元|室)|HOME ADDRESS"
)
_HEALTH = re.compile(
    r"残疾|伤残|癌|肿瘤|白血病|尿毒症|透析|精神病|精神障碍|智力障碍|智障|艾滋|乙肝|肝炎|肺结核|糖尿病|高血压|心脏病|"
    r"冠心病|脑梗|脑出血|(?<!集)中风(?![险采格])|偏瘫|瘫痪|癫痫|(?<!损)失明(?!细)|聋哑|慢性病|重病|大病|重疾|患病|"
    r"因病|病历|病史|病情|诊断|住院|手术|怀孕|流产|\b(?:HIV|CANCER|TUMOU?RS?|LEUKAEMIA|LEUKEMIA|DIALYSIS|DIABET\w+|"
    r"HEPATITIS|EPILEP\w+|DISABLED|DISABILIT\w+|ILLNESS\w*|DISEASES?|DIAGNOS\w+|HOSPITALI[SZ]ED|PREGNAN\w+|SURGERY)\b"
)


def personal_data_in(*texts: str) -> tuple[str, ...]:
    """Return which kinds of personal data the texts seem to hold, in the order of `PERSONAL_KINDS` (rule I1).

    Full-width digits, spaces and hyphens hide nothing. Masked numbers (138****5678) and unified social credit
    codes of organisations are no personal data. Names cannot be recognised: mask them before.
    """
    found = {kind for text in texts for kind in _kinds_in(unicodedata.normalize("NFKC", text).upper())}
    return tuple(kind for kind in PERSONAL_KINDS if kind in found)


def _kinds_in(text: str) -> Iterable[str]:
    if any(_has_birthday(_bare(match)[6:14]) for match in _ID_NUMBER.findall(text)) or any(
        _has_birthday("19" + match[6:12]) for match in _OLD_ID_NUMBER.findall(text)
    ):
        yield "id_number"
    elif any(not uscc.is_valid(_bare(match)) for match in _ACCOUNT.findall(text)):
        yield "bank_account"
    if _ACCOUNT_LABELLED.search(text):
        yield "bank_account"
    if _MOBILE.search(text) or _LANDLINE.search(text) or _PHONE_LABELLED.search(text):
        yield "phone"
    if _ADDRESS.search(text):
        yield "address"
    if _HEALTH.search(text):
        yield "health"


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _has_birthday(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2100
    except ValueError:
        return False


def default_days(kind: NoticeKind) -> int:
    """Return the days that hold for a kind where nothing was set."""
    return DAYS_BY_KIND.get(kind, DEFAULT_DAYS)


def earliest_end(starts_at: datetime, minimum_days: int) -> datetime:
    """Return the first moment at which a notice may end: after `minimum_days` whole days in China.

    The day on which it opens does not count (Civil Code, article 201): opened on Monday for 5 days, it ends at the
    midnight between Saturday and Sunday.
    """
    first = starts_at.astimezone(CHINA).date()
    return datetime.combine(first + timedelta(days=minimum_days + 1), time(0), CHINA)


def last_day(ends_at: datetime) -> date:
    """Return the last day in China on which a notice stands for sure."""
    return (ends_at - timedelta(microseconds=1)).astimezone(CHINA).date()


def days_left(now: datetime, ends_at: datetime) -> int:
    """Return how many days, today included, a notice still stands at least; 0 when its time is over."""
    if now >= ends_at:
        return 0
    return (last_day(ends_at) - now.astimezone(CHINA).date()).days + 1


def percent_over(now: datetime, starts_at: datetime, ends_at: datetime) -> int:
    """Return how much of its time a notice has stood, 0 to 100."""
    whole = (ends_at - starts_at).total_seconds()
    return max(0, min(100, int((now - starts_at).total_seconds() * 100 // whole)))


def result_of(decisions: Iterable[str]) -> NoticeState:
    """Return how a notice ends: one upheld objection is enough to send its subject back."""
    return NoticeState.ENDED_UPHELD if Decision.UPHELD.value in set(decisions) else NoticeState.ENDED_CLEAR


def is_listed(state: str, ended_at: datetime | None, now: datetime) -> bool:
    """Say whether everybody may still see a notice (rule I3)."""
    return state == NoticeState.RUNNING.value or (ended_at is not None and ended_at > now - LISTED_AFTER_END)


def waited_days(created_at: datetime, now: datetime) -> int:
    """Return for how many days in China an objection has waited."""
    return (now.astimezone(CHINA).date() - created_at.astimezone(CHINA).date()).days


def tracking_code(once: str) -> str:
    """Return the code that belongs to a form's single-use token (60 bits of its SHA-256).

    The same form sent twice thus shows the same code, although no code is stored.
    """
    number = int.from_bytes(hashlib.sha256(f"objection:{once}".encode()).digest()[:8])
    letters = "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, 60, 5))
    return "-".join(["YY", letters[:4], letters[4:8], letters[8:]])


def is_once(token: str) -> bool:
    """Say whether this can be a token that a form of ours carried."""
    return len(token) == 20 and all(c in ALPHABET for c in token)
