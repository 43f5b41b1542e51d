# SPDX-License-Identifier: Apache-2.0
"""Which area lies in which. Pure."""


def is_within(code: str, area: str) -> bool:
    """True when the area `code` is `area` itself or lies below it: IN.36.725 is within IN.36."""
    return code == area or code.startswith(area + ".")


def path_of(code: str) -> list[str]:
    """The areas from the nation down to `code`: IN, IN.36, IN.36.725."""
    parts = code.split(".")
    return [".".join(parts[: depth + 1]) for depth in range(len(parts))]
