"""Codes and phone numbers as people type them, without a database."""

from __future__ import annotations

import pytest

from accounts.registrations import rules
from accounts.registrations.values import CodeFault, Missing
from accounts.values import LegalForm, OrganisationKind, Role
from tests.factories.certification import make_credit_code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("93370406YGDEM0010P", None),
        (" 93370406ygdem0010p ", None),
        ("９３３７０４０６ＹＧＤＥＭ００１０Ｐ", None),
        ("93370406-YGDEM-0010P", None),
        ("93370406YGDEM0010", CodeFault.LENGTH),
        ("93370406YGDEM0010PP", CodeFault.LENGTH),
        ("", CodeFault.LENGTH),
        ("93370406YGDEM0010R", CodeFault.CHECK),
        ("93370406YGDEM0001P", CodeFault.CHECK),
        ("93370406YGDEM001OP", CodeFault.CHARACTERS),
        ("青3370406YGDEM0010P", CodeFault.CHARACTERS),
        ("9337040６YGDEM0010P", None),
    ],
)
def test_a_code_is_read_as_people_type_it_and_each_fault_has_its_name(
    text: str, fault: CodeFault | None
) -> None:
    assert rules.code_fault(rules.normalise_code(text)) is fault


def test_the_codes_of_the_tests_are_right() -> None:
    assert rules.code_fault(make_credit_code()) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("0632-8812345", "0632 881 2345"),
        ("12345", None),
        ("+1 202 555 0143", None),
        ("23800138000", None),
        ("call me", None),
        ("0632-8812345 ext. 5", None),
        ("", None),
        ("1" * 30, None),
    ],
)
def test_a_phone_number_is_one_of_mainland_china(text: str, number: str | None) -> None:
    assert rules.read_phone(text) == number


def test_what_is_missing_comes_in_the_order_of_the_parts() -> None:
    assert rules.find_missing(place=False, contact=True, licence=False) == (Missing.PLACE, Missing.LICENCE)
    assert rules.find_missing(place=True, contact=True, licence=True) == ()


@pytest.mark.parametrize("form", LegalForm)
def test_every_legal_form_is_a_supplier_or_an_institution_with_a_first_role(form: LegalForm) -> None:
    sells = form.organisation_kind is OrganisationKind.SUPPLIER
    assert rules.first_role(form) is (Role.SUPPLIER if sells else Role.REQUESTER)
