# SPDX-License-Identifier: Apache-2.0
"""Answers and card codes are worked out as the phone works them out: the shared cases."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from doseline.planning.starts import card_hash, read_card, voice_answer

CASES = json.loads((Path(__file__).parents[3] / "contract" / "cases" / "start.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["answers"], ids=lambda case: case["name"])
def test_spoken_answers(case: dict[str, Any]) -> None:
    key = base64.b64decode(CASES["voice_key"])
    assert voice_answer(key, case["challenge"], UUID(case["device_id"]), case["on_date"]) == case["answer"]


@pytest.mark.parametrize("case", CASES["card"]["codes"], ids=lambda case: case["name"])
def test_sealed_cards(case: dict[str, Any]) -> None:
    code, salt = read_card(case["typed"]), base64.b64decode(CASES["card"]["salt"])
    assert (code and card_hash(code, salt, CASES["card"]["iterations"])) == case["hash"]
