"""Settlement as files: a supplier's statement, and what the bank is told to pay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from core.sheets import csv_text, guarded, plain_yuan
from shop.settlement.values import BankLine, StatementPart

#: What the bank's batch payment takes; the columns are those of the usual 批量付款 template, in its language.
BANK_HEADERS = (
    "序号",
    "收款账号",
    "收款户名",
    "收款银行",
    "开户行联行号",
    "金额(元)",
    "币种",
    "用途",
    "商户订单号",
)
PURPOSE = "帮扶产品货款"


def bank_file(lines: Iterable[BankLine]) -> str:
    """Return the transfers of a batch as the bank's batch payment takes them, one a row, amounts in yuan."""
    rows = [
        (
            str(index),
            line.number,
            guarded(line.holder),
            guarded(line.bank),
            line.bank_code,
            plain_yuan(line.amount_fen),
            "CNY",
            PURPOSE,
            line.payout,
        )
        for index, line in enumerate(lines, 1)
    ]
    return csv_text([BANK_HEADERS, *rows])


def statement_csv(
    headers: Sequence[str],
    parts: Iterable[StatementPart],
    name_of: Callable[[str, str], str],
    corrected_label: str,
    state_of: Callable[[StatementPart], str],
) -> str:
    """Return a row a line of a statement, amounts in yuan; sums of the columns are those of the page."""
    rows: list[Sequence[str]] = [headers]
    for part in parts:
        money = part.money
        paid_in = " ".join(settled.batch for settled in part.settled)
        paid_on = " ".join(settled.paid_on.isoformat() for settled in part.settled if settled.paid_on)
        front = (money.received_on.isoformat(), money.number, money.public_id)
        back = (money.due_on.isoformat(), state_of(part), paid_in, paid_on)
        for line in part.lines:
            name = " ".join(
                word
                for word in (name_of(line.name_zh, line.name_en), name_of(line.label_zh, line.label_en))
                if word
            )
            amounts = (
                line.gross_fen,
                line.freight_fen,
                line.refund_fen,
                line.kept_fen,
                line.released_fen,
                line.net_fen,
            )
            rows.append(
                (
                    *front,
                    guarded(name),
                    str(line.quantity),
                    *(plain_yuan(amount) for amount in amounts),
                    *back,
                )
            )
        if money.corrected_fen:
            corrected = (money.corrected_fen, 0, 0, 0, 0, money.corrected_fen)
            rows.append((*front, corrected_label, "1", *(plain_yuan(amount) for amount in corrected), *back))
    return csv_text(rows)
