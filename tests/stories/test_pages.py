# SPDX-License-Identifier: Apache-2.0
"""What an officer sees when a page cannot be made."""

import pytest
from django.db import OperationalError
from django.test import Client

from doseline import pages


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (OperationalError("away"), 503, "ডেটাবেস এই মুহূর্তে সাড়া দিচ্ছে না"),
        (ZeroDivisionError(), 500, "এখানে কিছু একটা গোলমাল হয়েছে"),
    ],
)
def test_a_page_that_fails_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, says: str
) -> None:
    # given a page of which nothing can be made, read in Bengali
    def failing(*_arguments: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(pages, "render", failing)
    client = Client(raise_request_exception=False)
    client.cookies["language"] = "bn"
    # then it is told in words, with the status machines understand, and without asking the database
    answer = client.get("/")
    assert answer.status_code == status
    assert says in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"), [("en", "There is nothing here"), ("bn", "এখানে কিছু নেই"), ("hi", "यहाँ कुछ नहीं है")]
)
def test_an_address_that_leads_nowhere_says_so_in_ones_language(language: str, said: str) -> None:
    for address in ("/hq/nothing/", "/account/email/"):
        answer = Client().get(address, HTTP_ACCEPT_LANGUAGE=language)
        assert answer.status_code == 404
        assert said in answer.content.decode()
