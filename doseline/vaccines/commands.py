# SPDX-License-Identifier: Apache-2.0
"""Loads programmes and products."""

import json
from pathlib import Path

from doseline.vaccines.models import Product, Programme


def load_covid19() -> int:
    """Loads the COVID-19 programme with the products of January 2021; returns how many products. Idempotent."""
    data = json.loads((Path(__file__).parent / "data" / "covid19.json").read_text(encoding="utf-8"))
    Programme.objects.update_or_create(code=data["programme"]["code"], defaults={"name": data["programme"]["name"]})
    for product in data["products"]:
        fields = {**product, "programme_id": data["programme"]["code"]}
        Product.objects.update_or_create(code=fields.pop("code"), defaults=fields)
    return len(data["products"])
