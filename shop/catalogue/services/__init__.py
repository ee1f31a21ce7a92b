"""Use cases of the catalogue: adding, editing, showing and selling a supplier's products.

For whoever changes many at once (a spreadsheet of 10,000 rows, say): one call a row inside a step of your own,

- `add_product(session, actor, NewProduct(...))`: an empty `slug` is made from the name, `variants=()` makes a draft.
- `edit_product(session, actor, product_id, ProductEdit(...), version=product.version)`
- `edit_many(session, actor, [ProductPatch(...), ...])`: the plain edits of many products in the same few statements.
- `add_variant(session, actor, product_id, NewVariant(...))`: an empty `sku` gets a number of ours.
- `edit_variant(session, actor, variant_id, VariantEdit(...), version=variant.version)`, the price ladder included.
- `correct_terms(session, actor, product_id, Terms(...), reason, version=product.version)`: the operator's, of any supplier.
- `close_variant` / `reopen_variant(session, actor, variant_id, version=...)`, `list_product` / `unlist_product`.

Each needs an actor who belongs to the supplier (`NotFound` else, as for ids that are not there), refuses everything that
is wrong at once (`BadProduct.faults`: field, problem, and by how much a split is off), and refuses what somebody else
changed since `version` (`ChangedMeanwhile.changes`). An edit that changes nothing writes nothing and returns no changes;
`product_changes` and `variant_changes` say beforehand what an edit would change, for a dry run; `rules.faults_of_product`
and `rules.faults_of_variant` need no database. Prices are in fen, sizes in grams or pieces, stock in packs.
"""

from __future__ import annotations

from shop.catalogue.services.adding import add_product, add_variant, free_slug
from shop.catalogue.services.editing import (
    close_variant,
    correct_terms,
    edit_product,
    edit_variant,
    product_changes,
    reopen_variant,
    variant_changes,
)
from shop.catalogue.services.many import add_many, edit_many
from shop.catalogue.services.pictures import add_picture, describe_picture, move_picture, remove_picture
from shop.catalogue.services.selling import list_product, unlist_product

__all__ = [
    "add_many",
    "add_picture",
    "add_product",
    "add_variant",
    "close_variant",
    "correct_terms",
    "describe_picture",
    "edit_many",
    "edit_product",
    "edit_variant",
    "free_slug",
    "list_product",
    "move_picture",
    "product_changes",
    "remove_picture",
    "reopen_variant",
    "unlist_product",
    "variant_changes",
]
