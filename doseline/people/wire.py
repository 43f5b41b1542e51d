# SPDX-License-Identifier: Apache-2.0
"""Shapes of people as they travel sealed."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class WalkInPerson(Struct):
    """What a phone knows of a walk-in; travels sealed inside `walk_in_registered`."""

    code: Annotated[str, Meta(max_length=12)]
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    born_year: Annotated[int, Meta(ge=1900, le=2100)]
    sex: Literal["female", "male", "other"]
    phone: Annotated[str, Meta(max_length=20)] = ""
    document_kind: Annotated[str, Meta(max_length=200)] = ""
    document_value: Annotated[str, Meta(max_length=40)] = ""
