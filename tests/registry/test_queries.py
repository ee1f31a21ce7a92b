"""Finding the regions that somebody picked, among as many as a country has."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.orm import Session

from registry import queries
from registry.models import Region

VILLAGES = 20_000


def test_picked_regions_are_found_by_index_among_many_villages(session: Session) -> None:
    session.execute(
        text(
            "INSERT INTO registry_regions (code, level, name_zh, name_en, path, valid_from) "
            "SELECT 'many' || number, 'village', '村', 'Village', '/0/', DATE '2000-01-01' "
            "FROM generate_series(1, :villages) AS number"
        ),
        {"villages": VILLAGES},
    )
    session.execute(text("ANALYZE registry_regions"))
    statement = str(queries._PICKED_AND_ABOVE.compile(dialect=dialect()))  # type: ignore[no-untyped-call]
    told = session.execute(
        text("EXPLAIN " + statement.replace("%(codes)s", "CAST(:codes AS text[])").replace("::TEXT[]", "")),
        {"codes": ["many7", "many9"]},
    ).scalars()
    plan = "\n".join(told)
    assert f"Seq Scan on {Region.__tablename__}" not in plan, plan
    assert "Index Scan" in plan
