"""Writing, editing, answering, reporting and hiding reviews; the stars of a product follow each step."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.values import OrganisationKind, Role
from core import clock, jobs
from core.audit import AuditEntry
from core.db import reading, transaction
from core.errors import NotFound
from core.mail import Mail
from core.permissions import GUEST
from publicity.errors import PersonalDataShown
from shop.after_sales import services as after_sales
from shop.after_sales.values import Move
from shop.reviews import jobs as review_jobs
from shop.reviews import queries, services
from shop.reviews.errors import (
    BadReview,
    Concerned,
    DecidedBefore,
    NotReceived,
    ReviewIsHidden,
    ReviewMovedOn,
    TooLateToEdit,
)
from shop.reviews.models import ProductRating, Review, ReviewReport
from shop.reviews.values import NewReport, ReportReason, Show
from tests.factories.after_sales import file_claim
from tests.factories.orders import make_variant
from tests.factories.people import actor_of, make_organisation, make_user
from tests.factories.reviews import Bought, buy, review


def counts(session: Session, bought: Bought) -> tuple[int, ...]:
    return queries.get_reviewed_product(session, bought.product.slug).rating.counts


def operator(session: Session) -> Any:
    return actor_of(make_user(session), Role.ADMIN)


def test_a_review_counts_and_shows_a_masked_name(session: Session) -> None:
    bought = buy(session)
    written = review(session, bought, 4, " 小米很香 ")
    assert (written.shown_zh, written.text, written.stars) == ("张*", "小米很香", 4)
    assert counts(session, bought) == (0, 0, 0, 1, 0)
    card = queries.newest_of_product(session, bought.product.id, limit=5)[0]
    assert (card.text, card.shown, card.edited_at) == ("小米很香", ("张*", "张*"), None)


def test_a_person_with_an_account_is_masked_too_and_an_institution_is_named(session: Session) -> None:
    person = actor_of(make_user(session, name="欧阳小麦"))
    bought = buy(session, actor=person)
    assert review(session, bought, actor=person).shown_zh == "欧**"
    school = make_organisation(session, OrganisationKind.INSTITUTION, name="山亭区第一小学")
    requester = actor_of(make_user(session), Role.REQUESTER, organisation=school)
    bought = buy(session, actor=requester, institution_id=school.id)
    assert review(session, bought, actor=requester).shown_zh == "山亭区第一小学"


def test_nothing_is_reviewed_before_it_is_received(session: Session) -> None:
    with pytest.raises(NotReceived):
        review(session, buy(session, received=False))
    assert session.scalar(select(func.count()).select_from(ProductRating)) == 0


def test_a_line_of_another_order_is_not_found(session: Session) -> None:
    mine, other = buy(session), buy(session)
    mine.line = other.line
    with pytest.raises(NotFound):
        review(session, mine)


def test_a_second_review_of_a_line_edits_the_first_and_keeps_what_stood_there(session: Session) -> None:
    bought = buy(session)
    first = review(session, bought, 5, "很好")
    again = review(session, bought, 5, "很好")
    assert (again.id, again.version, again.edited_at) == (first.id, 1, None)
    edited = review(session, bought, 2, "放了几天就潮了", version=1)
    assert (edited.id, edited.version, edited.stars) == (first.id, 2, 2)
    assert edited.edited_at is not None
    assert counts(session, bought) == (0, 1, 0, 0, 0)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "review edited")).one()
    assert entry.before == {"stars": 5, "text": "很好", "pictures": []}


def test_a_form_that_shows_an_older_version_changes_nothing(session: Session) -> None:
    bought = buy(session)
    review(session, bought, 5, "很好")
    review(session, bought, 4, "还行", version=1)
    with pytest.raises(ReviewMovedOn):
        review(session, bought, 1, "旧页面", version=1)
    assert counts(session, bought) == (0, 0, 0, 1, 0)


def test_after_thirty_days_a_review_stays_as_it_is(session: Session) -> None:
    bought = buy(session)
    written = review(session, bought, 5, "很好")
    with clock.at(written.written_at + timedelta(days=30)), pytest.raises(TooLateToEdit):
        review(session, bought, 1, "改主意了", version=1)
    with clock.at(written.written_at + timedelta(days=29, hours=23)):
        assert review(session, bought, 4, "还是不错", version=1).stars == 4


@pytest.mark.parametrize(
    "text", ["加我微信 13812345678 便宜", "身份证 37040619900101123X", "我家住 3 号楼 2 单元 501 室"]
)
def test_personal_data_is_refused_in_reviews_and_answers(session: Session, text: str) -> None:
    bought = buy(session)
    with pytest.raises(PersonalDataShown):
        review(session, bought, 5, text)
    written = review(session, bought)
    with pytest.raises(PersonalDataShown):
        services.answer_review(session, bought.seller, written.public_id, text)


def test_pictures_are_kept_in_their_order_and_can_be_taken_away(session: Session) -> None:
    bought = buy(session)
    written = review(session, bought, pictures=("a", "b", "c"))
    assert queries.pictures_of(session, written.id) == ("a", "b", "c")
    review(session, bought, pictures=("c", "d"), version=1)
    assert queries.pictures_of(session, written.id) == ("c", "d")
    with pytest.raises(BadReview):
        review(session, bought, pictures=("a", "b", "c", "d"), version=2)


def test_a_supplier_answers_once_and_edits_the_answer(session: Session) -> None:
    bought = buy(session)
    written = review(session, bought)
    services.answer_review(session, bought.seller, written.public_id, "谢谢您")
    first = written.replied_at
    assert first is not None
    assert written.reply_edited_at is None
    services.answer_review(session, bought.seller, written.public_id, "谢谢您！")
    assert (written.reply, written.replied_at) == ("谢谢您！", first)
    assert written.reply_edited_at is not None


def test_nobody_answers_reviews_of_others_goods(session: Session) -> None:
    written, other = review(session, buy(session)), buy(session)
    with pytest.raises(NotFound):
        services.answer_review(session, other.seller, written.public_id, "谢谢")
    with pytest.raises(NotFound):
        services.answer_review(session, GUEST, written.public_id, "谢谢")


def test_those_without_an_answer_stand_first(session: Session) -> None:
    bought = buy(session)
    first = review(session, bought)
    second = buy(session, supplier=bought.supplier)
    newer = review(session, second)
    services.answer_review(session, bought.seller, newer.public_id, "谢谢")
    found, total = queries.list_own_reviews(session, bought.seller, Show.ALL, limit=10, offset=0)
    assert [card.public_id for card in found] == [first.public_id, newer.public_id]
    assert (total, queries.count_waiting(session, bought.seller)) == (2, 1)


def test_a_hidden_review_counts_nowhere_and_its_author_is_told(session: Session) -> None:
    bought = buy(session)
    written = review(session, bought, 1, "骂人的话")
    services.hide_review(session, operator(session), written.public_id, "辱骂他人")
    assert counts(session, bought) == (0, 0, 0, 0, 0)
    assert queries.newest_of_product(session, bought.product.id, limit=5) == []
    with pytest.raises(ReviewIsHidden):
        services.answer_review(session, bought.seller, written.public_id, "谢谢")
    session.commit()
    jobs.run_due()
    mail = session.scalars(select(Mail).where(Mail.subject.contains("评价"))).one()
    assert mail.recipient == "buyer@example.org"
    assert "辱骂他人" in mail.text
    assert "/reviews" in mail.text


def test_a_hidden_review_may_be_edited_and_counts_when_it_is_shown_again(session: Session) -> None:
    bought, admin = buy(session), operator(session)
    written = review(session, bought, 1, "骂人的话")
    services.hide_review(session, admin, written.public_id, "辱骂他人")
    review(session, bought, 2, "不新鲜", version=1)
    assert counts(session, bought) == (0, 0, 0, 0, 0)
    services.show_review(session, admin, written.public_id, "作者已修改")
    assert counts(session, bought) == (0, 1, 0, 0, 0)
    with pytest.raises(DecidedBefore):
        services.show_review(session, admin, written.public_id, "再来一次")


def test_those_concerned_do_not_decide(session: Session) -> None:
    person = actor_of(make_user(session), Role.ADMIN)
    bought = buy(session, actor=person)
    written = review(session, bought, actor=person)
    of_supplier = actor_of(make_user(session), Role.ADMIN, organisation=bought.supplier)
    reporter = operator(session)
    services.report_review(session, reporter, written.public_id, NewReport(ReportReason.UNTRUE, "", "A" * 20))
    for actor in (person, of_supplier, reporter):
        with pytest.raises(Concerned):
            services.hide_review(session, actor, written.public_id, "理由")
    services.hide_review(session, operator(session), written.public_id, "理由")


def test_a_report_waits_until_somebody_has_looked(session: Session) -> None:
    written, admin = review(session, buy(session)), operator(session)
    new = NewReport(ReportReason.OFF_TOPIC, "广告", "B" * 20)
    for _ in range(2):
        services.report_review(session, GUEST, written.public_id, new)
    assert session.scalar(select(func.count()).select_from(ReviewReport)) == 1
    assert queries.count_reported(session) == 1
    found, _total = queries.list_reviews(session, Show.REPORTED, limit=5, offset=0)
    assert [card.public_id for card, _ in found] == [written.public_id]
    services.keep_review(session, admin, written.public_id, "看不出问题")
    assert queries.count_reported(session) == 0
    with pytest.raises(DecidedBefore):
        services.keep_review(session, admin, written.public_id, "再看一次")


def test_many_buyers_at_once_are_all_counted_and_a_double_click_once(live_database: Any) -> None:
    with transaction() as session:
        supplier = make_organisation(session, OrganisationKind.SUPPLIER)
        variant = make_variant(session, supplier=supplier)
        many = [buy(session, variant=variant) for _ in range(8)]
    problems: list[BaseException] = []

    def write(bought: Bought, stars: int) -> None:
        try:
            with transaction() as session:
                review(session, bought, stars)
        except BaseException as problem:
            problems.append(problem)

    threads = [
        threading.Thread(target=write, args=(bought, 1 + place % 5))
        for place, bought in enumerate(many)
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Review)) == 8
        assert counts(session, many[0]) == (2, 2, 2, 1, 1)


def test_hiding_twice_at_once_takes_the_stars_away_once(live_database: Any) -> None:
    with transaction() as session:
        bought = buy(session)
        public_id = review(session, bought, 3).public_id
        admins = [operator(session) for _ in range(4)]
    outcomes: list[str] = []

    def hide(actor: Any) -> None:
        try:
            with transaction() as session:
                services.hide_review(session, actor, public_id, "理由")
            outcomes.append("hidden")
        except DecidedBefore:
            outcomes.append("too late")

    threads = [threading.Thread(target=hide, args=(actor,)) for actor in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["hidden", "too late", "too late", "too late"]
    with reading() as session:
        assert counts(session, bought) == (0, 0, 0, 0, 0)


def mails(session: Session, prefix: str) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.key.startswith(prefix)).order_by(Mail.id)))


def test_the_author_hears_of_the_first_answer_only(session: Session) -> None:
    bought = buy(session)
    written = review(session, bought)
    services.answer_review(session, bought.seller, written.public_id, "谢谢，欢迎再来")
    services.answer_review(session, bought.seller, written.public_id, "谢谢，欢迎常来")
    jobs.run_due()
    jobs.run_due()
    (mail,) = mails(session, "review-answered:")
    assert mail.recipient == bought.order.email
    for words in ("欢迎常来", bought.line.name_zh):
        assert words in mail.text
        assert words in mail.html


def test_a_buyer_is_invited_once_some_days_after_receipt(session: Session) -> None:
    asked, reviewed, waiting = buy(session), buy(session), buy(session, received=False)
    review(session, reviewed)
    with clock.at(clock.now() + timedelta(days=6)):
        assert review_jobs.invite_to_reviews() == 0
    for days in (8, 9, 20):
        with clock.at(clock.now() + timedelta(days=days)):
            assert review_jobs.invite_to_reviews() == (days == 8)
            jobs.run_due()
    (mail,) = mails(session, "review-invitation:")
    assert mail.key == f"review-invitation:{asked.order.number}"
    assert waiting.order.review_invited_at is None
    for words in (asked.line.name_zh, "/reviews"):
        assert words in mail.text
        assert words in mail.html


def test_nobody_is_invited_to_review_what_is_long_ago(session: Session) -> None:
    bought = buy(session)
    with clock.at(clock.now() + timedelta(days=31)):
        assert [review_jobs.invite_to_reviews(), review_jobs.invite_to_reviews()] == [0, 0]
        jobs.run_due()
    session.refresh(bought.order)
    assert bought.order.review_invited_at is not None
    assert mails(session, "review-invitation:") == []


def test_whoever_has_an_open_claim_is_invited_when_it_has_ended(session: Session) -> None:
    bought = buy(session)
    claim = file_claim(session, bought.order)
    with clock.at(clock.now() + timedelta(days=8)):
        assert review_jobs.invite_to_reviews() == 0
        after_sales.reply_to_answer(session, GUEST, bought.order, claim.public_id, Move.WITHDRAW, "")
        assert review_jobs.invite_to_reviews() == 1
