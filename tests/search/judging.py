"""How good a search is: judged queries over the demo's products, and nDCG@10 of an engine."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo import regions
from demo.content.products import PRODUCTS
from demo.content.suppliers import SUPPLIERS
from search import Document, Engine
from shop.catalogue.queries.documents import SHELF_WORDS

FILE = Path(__file__).resolve().parent / "judged_queries.toml"
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A query as buyers type it, and how well products answer it: 3 exactly that, 2 would do as well, 1 of some use."""

    text: str
    kind: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Score:
    """The nDCG@10 of one query, and what was found, best first."""

    query: Judged
    ndcg: float
    found: tuple[str, ...]


def read() -> list[Judged]:
    """Read the judged queries."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [Judged(entry["text"], entry["kind"], dict(entry["grades"])) for entry in content["query"]]


def documents() -> Iterator[Document]:
    """Return the demo's products as the index is given them, without a database; the id is the place in the list."""
    places = {region.code: region for region in regions.regions()}
    suppliers = {supplier.key: supplier for supplier in SUPPLIERS}
    for number, product in enumerate(PRODUCTS, 1):
        village, supplier = places[product.village], suppliers[product.supplier]
        town, county = places[product.village[:9]], places[product.village[:6]]
        yield Document(
            id=number,
            title=(product.name_zh, product.name_en),
            keywords=(
                village.name_zh,
                village.name_en,
                town.name_zh,
                town.name_en,
                county.name_zh,
                county.name_en,
                supplier.name_zh,
                supplier.name_en,
                *SHELF_WORDS[product.category],
            ),
            text=(
                product.summary_zh,
                product.summary_en,
                product.story_zh,
                product.story_en,
                *(pack.label_zh for pack in product.variants),
                *(pack.label_en for pack in product.variants),
            ),
        )


def ndcg(grades: Mapping[str, int], found: Sequence[str], depth: int = DEPTH) -> float:
    """Return the normalised discounted cumulative gain of a list, 0 to 1."""

    def gain(values: Sequence[int]) -> float:
        return sum((2**value - 1) / math.log2(place + 2) for place, value in enumerate(values[:depth]))

    ideal = gain(sorted(grades.values(), reverse=True))
    return gain([grades.get(slug, 0) for slug in found]) / ideal if ideal else 1.0


def judge(engine: Engine) -> list[Score]:
    """Ask an engine that has `documents()` every judged query."""
    scores = []
    for query in read():
        found = tuple(PRODUCTS[number - 1].slug for number in engine.search(query.text, DEPTH))
        scores.append(Score(query, ndcg(query.grades, found), found))
    return scores


def mean(scores: Sequence[Score]) -> float:
    """Return the mean nDCG@10."""
    return sum(score.ndcg for score in scores) / len(scores)
