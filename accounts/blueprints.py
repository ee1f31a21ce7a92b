"""The pages of this package, and what must be registered with them."""

from __future__ import annotations

from accounts import emails, jobs, wording
from accounts.licences import emails as licence_emails
from accounts.licences import jobs as licence_jobs
from accounts.licences import wording as licence_wording
from accounts.licences.views import bp as licences
from accounts.licences.views import to_renew
from accounts.permissions import MANAGE_LICENCES, READ_REGISTRATIONS, TAKE_SECOND_FACTORS_OFF
from accounts.registrations import emails as registration_emails
from accounts.registrations import wording as registration_wording
from accounts.registrations.views import BLUEPRINTS as REGISTRATIONS
from accounts.registrations.views import waiting
from accounts.second_factors import emails as second_factor_emails
from accounts.second_factors import wording as second_factor_wording
from accounts.second_factors.views import bp as second_factors
from accounts.values import Role
from accounts.views import bp
from core.text import N_
from web import doors, navigation
from web.doors import WayIn
from web.navigation import DeskItem, Part

BLUEPRINTS = (bp, second_factors, licences, *REGISTRATIONS)

navigation.register(
    DeskItem(
        N_("Licences"),
        "/supplier/licences",
        "file",
        MANAGE_LICENCES,
        order=13,
        count=to_renew,
        part=Part.GOODS,
    ),
    DeskItem(
        N_("Registrations"),
        "/operator/registrations",
        "clipboard",
        READ_REGISTRATIONS,
        order=20,
        count=waiting,
        part=Part.PUBLIC,
    ),
    DeskItem(
        N_("Two-step sign-in"),
        "/operator/second-factors",
        "lock",
        TAKE_SECOND_FACTORS_OFF,
        order=790,
        part=Part.SYSTEM,
    ),
)

doors.explain(
    WayIn(
        N_("This desk is for suppliers"),
        N_(
            "Cooperatives, companies, village collectives, family farms and aid workshops work here: products, licences, "
            "certificates, orders. Register yours with its licence; the operator looks at it within a few working days, "
            "and you act for it with the account you have now."
        ),
        N_("Register a supplier"),
        "/registrations",
    ),
    Role.SUPPLIER,
)
doors.explain(
    WayIn(
        N_("This desk is for institutions with a canteen"),
        N_(
            "Schools, hospitals and agencies order certified goods on account here and accept deliveries with two people. "
            "Register yours with its code and certificate; the operator looks at it within a few working days, and you "
            "order for it with the account you have now."
        ),
        N_("Register an institution"),
        "/registrations",
    ),
    Role.REQUESTER,
    Role.APPROVER,
    Role.RECEIVER,
)

__all__ = [
    "BLUEPRINTS",
    "emails",
    "jobs",
    "licence_emails",
    "licence_jobs",
    "licence_wording",
    "registration_emails",
    "registration_wording",
    "second_factor_emails",
    "second_factor_wording",
    "wording",
]
