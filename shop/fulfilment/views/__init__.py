"""The desks of suppliers, of the keepers of nodes, of the operator, and the photos of what was handed over."""

from shop.fulfilment.views import keeper, operator, photos, supplier
from shop.fulfilment.views.keeper import parcels_here
from shop.fulfilment.views.supplier import waiting_parts

BLUEPRINTS = (supplier.bp, keeper.bp, operator.bp, photos.bp)

__all__ = ["BLUEPRINTS", "parcels_here", "waiting_parts"]
