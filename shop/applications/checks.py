"""What must always hold of applications, proved with the books."""

from __future__ import annotations

from core.text import N_
from ledger.checks import Check, register

register(
    Check(
        "S21-certified-applications-passed-every-stage",
        N_(
            "every certified application passed township, sector and county by different people, and its notice ended clear"
        ),
        """
        SELECT count(*), count(*) FILTER (WHERE n.state IS DISTINCT FROM 'ended_clear' OR p.stages IS DISTINCT FROM 3
                                             OR p.people <> 3)
        FROM shop_certification_applications a
        LEFT JOIN publicity_notices n ON n.id = a.notice_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS stages, count(DISTINCT coalesce(user_id, -id)) AS people FROM shop_certification_stages s
            WHERE s.application_id = a.id AND s.round = a.round AND s.outcome = 'passed'
        ) AS p ON true
        WHERE a.state = 'certified'
        """,
    )
)
register(
    Check(
        "S22-applications-follow-their-notices",
        N_(
            "every application before the public has a notice that runs, and every such notice its application"
        ),
        """
        SELECT count(*), count(*) FILTER (WHERE a.id IS NULL OR n.id IS NULL)
        FROM (SELECT * FROM shop_certification_applications WHERE state = 'in_publicity') AS a
        FULL JOIN (
            SELECT * FROM publicity_notices WHERE state = 'running' AND subject_type = 'certification application'
        ) AS n ON n.id = a.notice_id
        """,
    )
)
