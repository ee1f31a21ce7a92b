"""The form of a freight table: bands of weight down, zones across."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from core import ids, money
from registry.country import PROVINCES
from shop.freight import rules
from shop.freight.values import NewTariff, Tariff, Zone
from web.forms import (
    DayField,
    Form,
    WholeNumberField,
    YuanField,
    at_most,
    no_control_characters,
    required,
    single_use_token,
)

_NAME = [Optional(), no_control_characters, at_most(40)]


class TariffForm(Form):
    """A whole table; `cells` are added by number: `up_to_0`, `fee_0_1` (band 0, zone 1)."""

    once = HiddenField(validators=[single_use_token])
    seen = HiddenField(validators=[Length(max=20), Regexp(r"^[0-9A-Z]+$")])
    valid_from = DayField(_l("Holds from"), [required()], description=_l("From tomorrow on at the earliest."))
    reason = TextAreaField(
        _l("Why it changes"), [required(), at_most(300), no_control_characters], default=""
    )

    @property
    def zone_numbers(self) -> range:
        """Return the numbers of the zones that are offered."""
        return range(rules.MOST_ZONES)

    @property
    def band_numbers(self) -> range:
        """Return the numbers of the bands that are offered."""
        return range(rules.MOST_BANDS)

    def used_zones(self) -> Iterator[int]:
        """Return the numbers of the zones in which something stands; the first always counts."""
        for zone in self.zone_numbers:
            if zone == 0 or self[f"name_zh_{zone}"].data or self[f"provinces_{zone}"].data:
                yield zone

    def used_bands(self) -> Iterator[int]:
        """Return the numbers of the bands in which something stands."""
        for band in self.band_numbers:
            cells = [f"up_to_{band}", *(f"fee_{band}_{zone}" for zone in self.zone_numbers)]
            if any((self[name].data or "").strip() for name in cells):
                yield band

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that the bands rise without a gap and every province stands in one zone only."""
        fine = super().validate(extra_validators)
        faults = list(self._faults()) if fine else []
        for name, words in faults:
            self.add_error(name, words)
        return fine and not faults

    def _faults(self) -> Iterator[tuple[str, str]]:
        last: tuple[int, dict[int, int]] = (0, {})
        bands = list(self.used_bands())
        if not bands:
            yield "up_to_0", _("Please fill this in.")
        for band in bands:
            up_to = self[f"up_to_{band}"].number
            if up_to is None:
                yield f"up_to_{band}", _("Please fill this in.")
                continue
            if up_to <= last[0]:
                yield f"up_to_{band}", _("Each row is heavier than the one above it.")
            fees = {}
            for zone in self.used_zones():
                cell = f"fee_{band}_{zone}"
                fee = self[cell].fen
                if fee is None:
                    yield cell, _("Please fill this in.")
                    continue
                if fee < last[1].get(zone, 0):
                    yield cell, _("What is heavier cannot travel for less.")
                fees[zone] = fee
            last = (up_to, fees)
        placed: set[str] = set()
        for zone in self.used_zones():
            for name in (f"name_zh_{zone}", f"name_en_{zone}"):
                if not (self[name].data or "").strip():
                    yield name, _("Please fill this in.")
            if self[f"further_{zone}"].fen is None:
                yield f"further_{zone}", _("Please fill this in.")
            if zone:
                provinces = set(self[f"provinces_{zone}"].data or [])
                if not provinces:
                    yield f"provinces_{zone}", _("Tick one province at least.")
                if placed & provinces:
                    yield f"provinces_{zone}", _("A province can stand in one zone only.")
                placed |= provinces

    def to_tariff(self) -> NewTariff:
        """Return the table that a valid form asks for."""
        assert self.valid_from.day is not None
        zones = []
        for zone in self.used_zones():
            zones.append(
                Zone(
                    self[f"name_zh_{zone}"].data.strip(),
                    self[f"name_en_{zone}"].data.strip(),
                    tuple(sorted(self[f"provinces_{zone}"].data or [])) if zone else (),
                    tuple(
                        (self[f"up_to_{band}"].number * 1_000, self[f"fee_{band}_{zone}"].fen)
                        for band in self.used_bands()
                    ),
                    self[f"further_{zone}"].fen,
                    self[f"free_from_{zone}"].fen,
                )
            )
        return NewTariff(self.valid_from.day, tuple(zones), (self.reason.data or "").strip())

    def fill_from(self, tariff: Tariff) -> None:
        """Fill in another table as it stands, to be changed."""
        limits = sorted({up_to for zone in tariff.zones for up_to, _fee in zone.bands})
        for band, up_to in enumerate(limits[: rules.MOST_BANDS]):
            self[f"up_to_{band}"].data = str(up_to // 1_000)
            for number, zone in enumerate(tariff.zones[: rules.MOST_ZONES]):
                self[f"fee_{band}_{number}"].data = money.format_yuan(rules.freight_fen(zone, up_to, -1))
        for number, zone in enumerate(tariff.zones[: rules.MOST_ZONES]):
            self[f"name_zh_{number}"].data = zone.name_zh
            self[f"name_en_{number}"].data = zone.name_en
            self[f"further_{number}"].data = money.format_yuan(zone.further_kg_fen)
            if zone.free_from_fen is not None:
                self[f"free_from_{number}"].data = money.format_yuan(zone.free_from_fen)
            self[f"provinces_{number}"].data = list(zone.provinces)


def tariff_form(province_names: dict[str, str], **arguments: Any) -> TariffForm:
    """Return the form with its cells; `province_names` are what is read beside each box, by code."""
    most = rules.MOST_FEE_FEN
    cells: dict[str, Any] = {}
    for band in range(rules.MOST_BANDS):
        cells[f"up_to_{band}"] = WholeNumberField(
            _("Up to kg, row %(row)s", row=band + 1), [Optional()], least=1, most=rules.MOST_GRAMS // 1_000
        )
        for zone in range(rules.MOST_ZONES):
            cells[f"fee_{band}_{zone}"] = YuanField(
                _("Fee in zone %(zone)s, row %(row)s", zone=zone + 1, row=band + 1),
                [Optional()],
                least=0,
                most=most,
            )
    for zone in range(rules.MOST_ZONES):
        cells[f"name_zh_{zone}"] = StringField(_("Name of zone %(zone)s in Chinese", zone=zone + 1), _NAME)
        cells[f"name_en_{zone}"] = StringField(_("Name of zone %(zone)s in English", zone=zone + 1), _NAME)
        cells[f"further_{zone}"] = YuanField(
            _("Each kilogram above the last row, zone %(zone)s", zone=zone + 1),
            [Optional()],
            least=0,
            most=most,
        )
        cells[f"free_from_{zone}"] = YuanField(
            _("Free from goods worth, zone %(zone)s", zone=zone + 1), [Optional()]
        )
        cells[f"provinces_{zone}"] = SelectMultipleField(
            _("Provinces of zone %(zone)s", zone=zone + 1),
            [Optional()],
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
            choices=[(code, province_names.get(code, english)) for code, english in PROVINCES.items()],
        )
    made: TariffForm = type("TariffFormOfCells", (TariffForm,), cells)(**arguments)
    if not made.once.data:
        made.once.data = ids.public_id(20)
    return made
