"""What must hold of notices (rule I2), proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "N01-notices-stand-their-time",
        N_("no notice ended before the minimum time that was promised when it opened"),
        """
        SELECT count(*), count(*) FILTER (
            WHERE ended_at < ends_at
               OR ends_at < date_trunc('day', starts_at, 'Asia/Shanghai') + make_interval(days => minimum_days + 1))
        FROM publicity_notices WHERE state IN ('ended_clear', 'ended_upheld')
        """,
    )
)
register(
    Check(
        "N02-objections-are-answered",
        N_(
            "no notice ended with an objection that had no answer, and none against how its objections were decided"
        ),
        """
        SELECT count(*), count(*) FILTER (
            WHERE o.unanswered > 0 OR o.late > 0 OR (o.upheld > 0) <> (n.state = 'ended_upheld'))
        FROM publicity_notices n CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE answered_at IS NULL OR answered_at > n.ended_at) AS unanswered,
                   count(*) FILTER (WHERE created_at > n.ended_at) AS late,
                   count(*) FILTER (WHERE decision = 'upheld') AS upheld
            FROM publicity_objections WHERE notice_id = n.id) AS o
        WHERE n.state IN ('ended_clear', 'ended_upheld')
        """,
    )
)
register(
    Check(
        "N03-notices-are-frozen",
        N_("titles and content of every notice are those with which it opened"),
        """
        SELECT count(*), count(*) FILTER (
            WHERE digest <> encode(sha256(convert_to(
                concat(title_zh, chr(10), title_en, chr(10), content::text), 'UTF8')), 'hex'))
        FROM publicity_notices
        """,
    )
)
