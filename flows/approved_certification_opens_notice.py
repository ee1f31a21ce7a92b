"""What a county approved for certification stands before the public: a number of households, never their names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import events
from core.permissions import SYSTEM
from publicity import services as publicity_services
from publicity.values import Line, NewNotice, NoticeContent, NoticeKind
from shop.applications import queries, services
from shop.applications.events import ApplicationApproved
from shop.applications.values import NoticeFacts
from shop.benefit_links.values import KIND_NAMES
from shop.certification.values import CertificateKind

#: What a notice calls the kinds of certificates (rule A2), Chinese and English.
CERTIFICATE_KINDS = {
    CertificateKind.AID_PRODUCT: ("帮扶产品", "an aid product"),
    CertificateKind.LOCAL_PRODUCT: ("本地产品", "a local product"),
}


@events.on(ApplicationApproved)
def open_notice(session: Session, event: ApplicationApproved) -> None:
    """Open the notice in the step in which the county approved."""
    facts = queries.notice_facts(session, event.application_id)
    kind_zh, kind_en = CERTIFICATE_KINDS[CertificateKind(facts.certificate_kind)]
    notice = publicity_services.open_notice(
        session,
        SYSTEM,
        NewNotice(
            kind=NoticeKind.CERTIFICATION,
            subject_type=queries.SUBJECT,
            subject_id=facts.public_id,
            title_zh=f"拟认定{kind_zh}：{facts.product[0]}",
            title_en=f"To be certified as {kind_en}: {facts.product[1] or facts.product[0]}",
            region_id=facts.village_id,
            content=_content(facts),
            organisation_id=facts.supplier_id,
        ),
    )
    services.enter_publicity(session, event.application_id, notice.id)


def _content(facts: NoticeFacts) -> NoticeContent:
    kind_zh, kind_en = CERTIFICATE_KINDS[CertificateKind(facts.certificate_kind)]
    kinds_zh = "、".join(KIND_NAMES[kind][0] for kind in facts.kinds)
    kinds_en = ", ".join(KIND_NAMES[kind][1] for kind in facts.kinds)
    return NoticeContent(
        intro_zh=(
            f"经镇（街道）初审、行业部门复审和县级审定，下列产品拟认定为{kind_zh}，现予公示。公示期内如有异议，请提出。"
        ),
        intro_en=(
            "After the checks of township and sector and the decision of the county, this product is to be certified "
            f"as {kind_en}. Whoever knows a reason against it may object while the notice stands."
        ),
        lines=(
            Line("产品名称", "Product", facts.product[0], facts.product[1]),
            Line("供应商", "Supplier", facts.supplier[0], facts.supplier[1]),
            Line("产地", "Origin", facts.place[0], facts.place[1]),
            Line("联结方式", "How households earn", kinds_zh or "—", kinds_en or "—"),
            Line("联结农户", "Households that agree", f"{facts.households} 户", str(facts.households)),
            Line("证书有效期", "Validity", f"{facts.validity_days} 天", f"{facts.validity_days} days"),
        ),
        link=f"/shop/products/{facts.product_slug}" if facts.product_listed else "",
    )
