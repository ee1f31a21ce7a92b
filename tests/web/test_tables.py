"""Cells of written rows know their columns."""

from __future__ import annotations

from markupsafe import Markup

from web.tables import labelled


def test_each_cell_says_its_column_except_the_one_that_names_the_row() -> None:
    rows = '<tr>\n<td><a href="/x">HK-1</a></td><td class="num">¥1.00</td></tr>'
    assert labelled(rows, ["Code", ("Amount", "num")]) == (
        '<tr>\n<td><a href="/x">HK-1</a></td><td class="num" data-label="Amount">¥1.00</td></tr>'
    )


def test_a_column_may_be_named_the_title() -> None:
    rows = "<tr><td>1</td><td>Gift</td></tr>"
    assert labelled(rows, ("No.", ("What", "title"))) == ('<tr><td data-label="No.">1</td><td>Gift</td></tr>')


def test_dates_and_actions_are_known_by_their_kind() -> None:
    rows = '<tr><th scope="row">a</th><td>b</td><td class="action">c</td></tr>'
    assert labelled(rows, ("A", ("Day", "date"), ("Do", "action"))) == (
        '<tr><th scope="row">a</th><td data-kind="date" data-label="Day">b</td>'
        '<td class="action" data-kind="action" data-label="Do">c</td></tr>'
    )


def test_labels_are_escaped_and_the_answer_is_markup() -> None:
    said = labelled("<tr><td>a</td><td>b</td></tr>", ("A", 'B "<'))
    assert 'data-label="B &#34;&lt;"' in said
    assert isinstance(said, Markup)


def test_rows_shorter_or_longer_than_the_head_and_spans_stay() -> None:
    assert labelled("<tr><td>a</td></tr>", ("A", "B")) == "<tr><td>a</td></tr>"
    assert labelled("<tr><td>a</td><td>b</td><td>c</td></tr>", ("A", "B")).count("data-label") == 1
    assert labelled('<tr><td colspan="2">a</td></tr>', ("A", "B")) == '<tr><td colspan="2">a</td></tr>'


def test_a_lone_dash_is_known_as_nothing() -> None:
    said = labelled('<tr><td>a</td><td class="num">–</td><td>–¥1</td><td>\n–\n</td></tr>', "ABCD")
    assert said.count("data-none") == 2
    assert '<td class="num" data-label="B" data-none>–</td><td data-label="C">–¥1</td>' in said


def test_no_rows_are_no_rows() -> None:
    assert labelled("", ("A",)) == ""
