# SPDX-License-Identifier: Apache-2.0
"""Blocks come from a district's own list, whole or not at all."""

from pathlib import Path

import pytest

from doseline.places.commands import BlockFileError, load_blocks_file
from doseline.places.models import OrgUnit
from tests.drive import Drive


def _file(folder: Path, text: str) -> Path:
    path = folder / "blocks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_blocks_are_loaded_once(drive: Drive, tmp_path: Path) -> None:
    assert drive
    path = _file(tmp_path, "district,name,name_bn,name_hi\n721,Domjur,ডোমজুড়,डोमजूर\n721,Uluberia I,,\n")
    assert load_blocks_file(path) == 2
    path.write_text("\ufeffdistrict,name,name_bn,name_hi\n721,Uluberia I,উলুবেড়িয়া ১,\n721,Panchla,,\n", encoding="utf-8")
    assert load_blocks_file(path) == 2
    found = dict(OrgUnit.objects.filter(level="block").values_list("name", "code"))
    assert found == {"Domjur": "IN.36.721.1", "Uluberia I": "IN.36.721.2", "Panchla": "IN.36.721.3"}
    assert OrgUnit.objects.get(name="Uluberia I").name_in("bn") == "উলুবেড়িয়া ১"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("district,name\n721,Good\n9999,Domjur\n", "Row 3: district '9999'"),
        ("district,name\n721,\n", "Row 2: the name is empty"),
        ("zilla,name\n721,Domjur\n", "lacks the column district"),
        ("", "lacks the column district"),
    ],
)
def test_a_faulty_list_changes_nothing(drive: Drive, tmp_path: Path, text: str, says: str) -> None:
    assert drive
    with pytest.raises(BlockFileError, match=says):
        load_blocks_file(_file(tmp_path, text))
    assert not OrgUnit.objects.filter(level="block").exists()
