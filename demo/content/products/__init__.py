"""The certified products of the demo world, one module a category."""

from demo.content.products import (
    cooked_food,
    crafts,
    daily_goods,
    fruit_vegetables,
    grain_oil,
    plants,
    snacks,
)
from demo.content.values import Product

PRODUCTS: tuple[Product, ...] = (
    *fruit_vegetables.PRODUCTS,
    *grain_oil.PRODUCTS,
    *snacks.PRODUCTS,
    *daily_goods.PRODUCTS,
    *cooked_food.PRODUCTS,
    *plants.PRODUCTS,
    *crafts.PRODUCTS,
)

PRODUCTS_BY_SLUG: dict[str, Product] = {product.slug: product for product in PRODUCTS}
