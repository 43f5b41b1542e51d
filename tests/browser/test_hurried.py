# SPDX-License-Identifier: Apache-2.0
"""A hurried hand on a small phone: what it taps twice, passes over, or takes back again."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fieldapp import all_sent, go, second_phone, vaccinate
from tests.browser.looks import sticking_out
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser]


def _to_dose(page: Page, place: int = 0) -> str:
    """Takes someone expected to the dose, with a vial open; returns their code."""
    go(page, "queue")
    page.locator("a.person").nth(place).click()
    code = page.locator("dt:has-text('Code') + dd").inner_text()
    page.get_by_role("button", name="Identity checked").click()
    save, vial = page.get_by_role("button", name="Save dose"), page.locator("section .card").first
    expect(save.or_(vial)).to_be_visible()
    if vial.is_visible():
        vial.click()
    expect(save).to_be_visible()
    return code


def _doses(server: RealServer, code: str) -> int:
    [(count,)] = server.rows(
        f"SELECT count(*)::int FROM fact JOIN person USING (person_id) WHERE code = '{code}' AND kind = 'dose_given'"
    )
    return int(count)


def test_what_speaks_against_a_dose_leaves_every_way_open(phone: Page, server: RealServer) -> None:
    # given someone with a severe allergy, on a screen of 360 x 640
    code = _to_dose(phone)
    phone.locator(".asked .chip", has_text="Severe allergy").click()
    expect(phone.locator(".actions .error")).to_contain_text("medical officer decides")
    # when the hand taps "Save dose" again and again, nothing is saved without the officer's word
    phone.get_by_role("button", name="Save dose").click(click_count=4, delay=30)
    expect(phone.locator(".notice.problem")).to_contain_text("medical officer")
    expect(phone.locator(".readback .state")).to_contain_text("To vaccinate")
    # then "Not given" and the last of its reasons can be reached and tapped
    phone.locator("summary", has_text="Not given").click()
    for button in phone.locator(".not-given .reasons button").all():
        button.click(trial=True)
    phone.get_by_role("button", name="Contraindicated").click()
    expect(phone.locator(".readback .state")).to_contain_text("Not given")
    all_sent(phone)
    assert _doses(server, code) == 0


def test_a_dose_given_in_spite_of_it_is_recorded_as_that(phone: Page, server: RealServer) -> None:
    # given a dose that was given before anybody asked
    code = _to_dose(phone)
    phone.locator(".asked .chip", has_text="Severe allergy").click()
    phone.get_by_role("button", name="Save dose").click()
    # when it is saved as what it is
    phone.get_by_role("button", name="It has been given all the same").click()
    expect(phone.locator(".notice")).to_contain_text("Dose saved")
    all_sent(phone)
    # then it stands in the ledger, and no officer's word beside it
    assert _doses(server, code) == 1
    [(body,)] = server.rows(
        f"SELECT body FROM fact JOIN person USING (person_id) WHERE code = '{code}' AND kind = 'dose_given'"
    )
    assert "medical_officer_agreed" not in body


def test_a_dose_saved_on_two_phones_is_seen_as_two(
    browser: Browser, phone: Page, desk: Page, server: RealServer
) -> None:
    # given two phones without a network that each save a dose for one person
    other = second_phone(browser, desk, server)
    phone.context.set_offline(True)
    other.context.set_offline(True)
    code = vaccinate(phone)
    other.locator("#search").fill(code)
    other.locator("a.person").click()
    other.get_by_role("button", name="Identity checked").click()
    other.locator("section .card").first.click()
    other.get_by_role("button", name="Save dose").click()
    expect(other.locator(".notice")).to_contain_text("Dose saved")
    # when both are heard
    for page in (phone, other):
        page.context.set_offline(False)
        all_sent(page)
    # then both say that there are two
    for page in (phone, other):
        for _look in range(20):
            page.evaluate("dispatchEvent(new Event('online'))")
            if page.locator(".error", has_text="2 doses are recorded").count():
                break
            page.wait_for_timeout(500)
        expect(page.locator(".error", has_text="2 doses are recorded")).to_be_visible()
        expect(page.get_by_role("button", name="Take this dose back")).to_have_count(2)
    # and taking one back leaves one
    other.get_by_role("button", name="Take this dose back").last.click()
    expect(other.locator(".error", has_text="doses are recorded")).to_have_count(0)
    expect(other.locator(".readback .state")).to_contain_text("Observing")
    all_sent(other)
    other.context.close()


def test_a_vial_thrown_away_is_not_drawn_from(phone: Page) -> None:
    # given an open vial of which the rest was thrown away
    vaccinate(phone)
    go(phone, "vials")
    phone.get_by_role("button", name="Throw away what is left").first.click()
    phone.get_by_role("button", name="Dirty").click()
    # then the next dose asks for another
    go(phone, "queue")
    phone.locator("a.person").first.click()
    phone.get_by_role("button", name="Identity checked").click()
    expect(phone.locator("h2", has_text="which batch?")).to_be_visible()
    # and whoever refuses now makes nobody open a vial
    expect(phone.locator("summary", has_text="Not given")).to_be_visible()
    # and a number left out is said, not met with a dead button
    go(phone, "vials")
    phone.get_by_role("button", name="Vials returned").click()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_role("alert")).to_contain_text("as a number")


def test_a_walk_in_is_asked_about_when_the_list_has_them(phone: Page, server: RealServer) -> None:
    # given someone on the list whose name is spelt another way at the door
    go(phone, "queue")
    row = phone.locator("a.person").nth(5)
    listed = row.locator("b").inner_text()
    row.click()
    age = phone.locator("dt:has-text('Age') + dd").inner_text()
    go(phone, "queue")
    phone.locator("#search").fill(f"{listed.upper()} q")
    phone.get_by_role("link", name="+ Walk-in").click()
    # when they are typed in as a walk-in, with the name already searched for
    expect(phone.get_by_label("Name")).to_have_value(f"{listed.upper()} q")
    phone.get_by_label("Name").fill(listed.upper())
    phone.get_by_label("Age in years").fill(age)
    phone.locator(".chip", has_text="Female").click()
    phone.get_by_label("Phone, if any").fill("12")
    phone.get_by_role("button", name="Save walk-in").click()
    expect(phone.get_by_role("alert")).to_contain_text("10 digits")
    phone.get_by_label("Phone, if any").fill("+91 98300 12345")
    phone.get_by_role("button", name="Save walk-in").click()
    # then the phone shows who it may be, and saves only on a second word
    expect(phone.locator(".actions .card").first).to_contain_text(listed)
    phone.get_by_role("button", name="Somebody else").click()
    expect(phone.locator(".notice")).to_contain_text("Walk-in saved")
    # and one saved by mistake is taken back where it is said, also when the server has heard of it
    expect(phone.locator(".readback .state")).to_contain_text("Arrived")
    saved = phone.url
    phone.locator(".notice").get_by_role("button", name="Undo").click()
    expect(phone.locator("#search")).to_be_visible()
    phone.goto(saved)
    expect(phone.get_by_text("Nobody on this list matches")).to_be_visible()
    all_sent(phone)


def test_a_session_is_in_balance_only_once_somebody_counted(
    browser: Browser, phone: Page, desk: Page, server: RealServer
) -> None:
    # given a session whose records agree with themselves
    go(phone, "close")
    expect(phone.get_by_text("All counts are in balance")).to_have_count(0)
    expect(phone.get_by_text("Count people and syringes")).to_be_visible()
    # when heads and syringes are counted and typed
    for label in ("People who came", "Doses given, by your count"):
        field = phone.get_by_label(label)
        field.fill(field.get_attribute("placeholder") or "")
    expect(phone.get_by_text("All counts are in balance")).to_be_visible()
    phone.get_by_role("button", name="Close the session").click()
    expect(phone.get_by_text("This session is closed.")).to_be_visible()
    all_sent(phone)
    # then another phone of the site sees in its queue that it is closed
    other = second_phone(browser, desk, server)
    expect(other.get_by_text("This session is closed.")).to_be_visible(timeout=20_000)
    other.context.close()


def test_a_serious_event_comes_first_and_says_where_they_go(phone: Page) -> None:
    # given two people in observation
    vaccinate(phone)
    code = vaccinate(phone)
    phone.get_by_role("link", name="Adverse event").click()
    # when the second is in danger and the network is away
    phone.context.set_offline(True)
    phone.locator(".chip", has_text="Serious").click()
    phone.locator(".chip", has_text="Hard to breathe").click()
    phone.get_by_role("button", name="Save adverse event").click()
    expect(phone.get_by_text("Choose where they go now")).to_be_visible()
    phone.locator(".chip", has_text="Kept here").click()
    phone.get_by_role("button", name="Save adverse event").click()
    # then they stand first in the room
    expect(phone.locator(".stay").first).to_contain_text(code)
    phone.context.set_offline(False)


def test_work_on_paper_can_be_seen_on_every_screen(phone: Page) -> None:
    # given a team that went over to paper
    go(phone, "more")
    phone.get_by_role("button", name="Work on paper").click()
    # then every screen says so, and none has to be moved sideways at 320 px
    phone.set_viewport_size({"width": 320, "height": 568})
    for screen in ("queue", "observe", "more", "close", "vials"):
        go(phone, screen)
        expect(phone.locator(".state-line .mode")).to_contain_text("On paper")
        assert sticking_out(phone) == []


def test_an_open_vial_is_gone_back_to_and_a_mistaken_one_taken_back(phone: Page, server: RealServer) -> None:
    # given an open vial of which a dose was given, and another opened by a mistaken tap
    opened = (
        "SELECT count(*)::int FROM fact WHERE kind = 'vial_opened'"
        " AND NOT EXISTS (SELECT FROM fact AS v WHERE v.corrects_fact_id = fact.fact_id)"
    )
    vaccinate(phone)
    all_sent(phone)
    [(before,)] = server.rows(opened)
    go(phone, "vials")
    phone.get_by_role("button", name="Open a vial").click()
    phone.locator("section .card", has_text="+ ").last.click()
    expect(phone.locator(".notice")).to_contain_text("Vial opened")
    phone.locator(".notice").get_by_role("button", name="Undo").click()
    expect(phone.locator(".notice")).to_contain_text("Taken back")
    # when the next dose is to come from the vial that is open already
    _to_dose(phone)
    phone.get_by_role("button", name="Other vial").click()
    phone.locator("section .card", has_text="given").first.click()
    phone.get_by_role("button", name="Save dose").click()
    expect(phone.locator(".notice")).to_contain_text("Dose saved")
    all_sent(phone)
    # then no vial more is recorded than there are
    [(after,)] = server.rows(opened)
    assert after == before


def test_a_vial_opened_on_another_phone_is_gone_on_with(
    browser: Browser, phone: Page, desk: Page, server: RealServer
) -> None:
    # given a vial open on one phone
    vaccinate(phone)
    all_sent(phone)
    [(before,)] = server.rows("SELECT count(*)::int FROM fact WHERE kind = 'vial_opened'")
    # when a second vaccinator comes to their first dose on a phone of their own
    other = second_phone(browser, desk, server)
    go(other, "queue")
    other.locator("a.person").nth(1).click()
    other.get_by_role("button", name="Identity checked").click()
    vial = other.locator("section .card", has_text="opened on another phone")
    vial.first.click()
    other.get_by_role("button", name="Save dose").click()
    expect(other.locator(".notice")).to_contain_text("Dose saved")
    all_sent(other)
    # then no vial more is recorded than there are, and the dose is drawn from the one of the other phone
    assert server.rows("SELECT count(*)::int FROM fact WHERE kind = 'vial_opened'") == [(before,)]
    [(is_shared,)] = server.rows(
        "SELECT vial.device_id <> dose.device_id FROM fact AS dose JOIN fact AS vial"
        " ON vial.fact_id::text = dose.body::json ->> 'vial_fact_id' WHERE dose.kind = 'dose_given'"
        " ORDER BY dose.received_at DESC LIMIT 1"
    )
    assert is_shared
    other.context.close()


def test_a_dose_taken_back_on_another_phone_is_taken_back_here(
    browser: Browser, phone: Page, desk: Page, server: RealServer
) -> None:
    # given a dose saved here and sent
    code = vaccinate(phone)
    all_sent(phone)
    # when another phone takes it back
    other = second_phone(browser, desk, server)
    other.locator("#search").fill(code)
    expect(other.locator("a.person")).to_have_count(1)
    other.locator("a.person").click()
    expect(other.locator("dt:has-text('Code') + dd")).to_have_text(code)
    other.get_by_text("Take this dose back").click()
    expect(other.locator(".readback .state")).to_contain_text("To vaccinate")
    all_sent(other)
    # then this one shows it so, and asks about no second dose when the other gives it anew
    go(phone, "queue")
    phone.locator("#search").fill(code)
    expect(phone.locator("a.person")).to_contain_text("To vaccinate", timeout=60_000)
    save, vial = other.get_by_role("button", name="Save dose"), other.locator("section .card").first
    expect(save.or_(vial)).to_be_visible()
    if vial.is_visible():
        vial.click()
    save.click()
    all_sent(other)
    expect(phone.locator("a.person")).to_contain_text("Observing", timeout=60_000)
    phone.locator("a.person").click()
    expect(phone.get_by_text("Take this dose back")).to_have_count(1)
    assert _doses(server, code) == 2  # and one of them is taken back
    other.context.close()


def test_whoever_was_put_down_as_not_given_on_another_phone_can_be_given_the_dose(
    browser: Browser, phone: Page, desk: Page, server: RealServer
) -> None:
    # given somebody who refused, on another phone
    code = _to_dose(phone)
    phone.get_by_text("Not given").click()
    phone.get_by_role("button", name="Refused").click()
    expect(phone.get_by_text("No dose was given here today.")).to_be_visible()
    all_sent(phone)
    # when they change their mind and come to this one
    other = second_phone(browser, desk, server)
    other.locator("#search").fill(code)
    expect(other.locator("a.person")).to_have_count(1)
    other.locator("a.person").click()
    other.get_by_role("button", name="Give the dose after all").click()
    save, vial = other.get_by_role("button", name="Save dose"), other.locator("section .card").first
    expect(save.or_(vial)).to_be_visible()
    if vial.is_visible():
        vial.click()
    save.click()
    # then they have had it, and the first phone knows
    expect(other.locator(".readback .state")).to_contain_text("Observing")
    all_sent(other)
    go(phone, "queue")
    phone.locator("#search").fill(code)
    expect(phone.locator("a.person")).to_contain_text("Observing", timeout=60_000)
    assert _doses(server, code) == 1
    other.context.close()


def test_news_of_another_phone_takes_no_tap(browser: Browser, phone: Page, desk: Page, server: RealServer) -> None:
    # given somebody open on one phone while another checks who they are
    other = second_phone(browser, desk, server)
    go(phone, "queue")
    phone.locator("a.person").nth(2).click()
    code = phone.locator("dt:has-text('Code') + dd").inner_text()
    phone.evaluate("""() => {
        const main = document.querySelector("main");
        window.paused = () => main.classList.contains("settling");
        new MutationObserver(() => { window.wasPaused ||= window.paused(); }).observe(main, {attributes: true});
    }""")
    phone.wait_for_function("() => !window.paused()")
    phone.evaluate("() => { window.wasPaused = false; }")
    other.locator("#search").fill(code)
    other.locator("a.person").click()
    other.get_by_role("button", name="Identity checked").click()
    # when the news moves the buttons under the thumb
    expect(phone.locator(".readback .state")).to_contain_text("To vaccinate", timeout=60_000)
    # then taps were passed over for that moment
    assert phone.evaluate("() => window.wasPaused")
    other.context.close()


def test_whoever_comes_for_a_second_dose_is_asked_for_the_first(phone: Page, server: RealServer) -> None:
    # given a walk-in whose second dose is due, and of whom nothing is known
    go(phone, "walkin")
    phone.get_by_label("Name").fill("Kanchan Lahiri")
    phone.get_by_label("Age in years").fill("58")
    phone.locator(".chip", has_text="Female").click()
    phone.locator(".chip", has_text="Second dose is due").click()
    phone.get_by_role("button", name="Save walk-in").click()
    phone.get_by_role("button", name="Identity checked").click()
    expect(phone.get_by_role("button", name="Save dose").or_(phone.locator("section .card").first)).to_be_visible()
    if phone.locator("section .card").first.is_visible():
        phone.locator("section .card").first.click()
    # when the dose is saved as it stands
    phone.get_by_role("button", name="Save dose").click()
    # then the earlier dose is asked for first, and counts
    expect(phone.locator(".notice.problem")).to_contain_text("enter the earlier one")
    phone.get_by_label("Date of that dose").fill("2020-12-10")
    phone.get_by_role("button", name="Paper slip").click()
    expect(phone.locator(".vial", has_text="Dose 2")).to_be_visible()
    # and a mistaken earlier dose is taken back where it stands
    phone.get_by_role("button", name="Take the earlier dose back").click()
    expect(phone.locator(".vial", has_text="Dose 1")).to_be_visible()
    all_sent(phone)


def test_an_adverse_event_tapped_by_mistake_is_taken_back(phone: Page, server: RealServer) -> None:
    # given an adverse event reported of the wrong person
    code = vaccinate(phone)
    phone.get_by_role("link", name="Adverse event").click()
    phone.locator(".chip", has_text="Minor").click()
    phone.locator(".chip", has_text="Fever").click()
    phone.get_by_role("button", name="Save adverse event").click()
    expect(phone.locator(".stay", has_text=code)).to_contain_text("Minor")
    # when it is taken back where it is said
    phone.locator(".notice").get_by_role("button", name="Undo").click()
    # then they sit there as before, also at headquarters
    expect(phone.locator(".stay", has_text=code)).not_to_contain_text("Minor")
    all_sent(phone)
    for _look in range(100):
        if server.rows(
            f"SELECT count(*)::int FROM status.aefi JOIN person USING (person_id) WHERE code = '{code}'"
        ) == [(0,)]:
            return
        phone.wait_for_timeout(200)
    raise AssertionError("the event still stands")


def test_a_grave_event_that_is_not_sent_says_so_until_it_is(phone: Page) -> None:
    # given a serious event reported in the moment the network goes
    vaccinate(phone)
    all_sent(phone)
    phone.get_by_role("link", name="Adverse event").click()
    phone.locator(".chip", has_text="Serious").click()
    phone.locator(".chip", has_text="Fever").click()
    phone.locator(".chip", has_text="To hospital").click()
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Save adverse event").click()
    # then the phone asks for a telephone call, on every screen, until headquarters has it
    alarm = phone.get_by_role("alert").filter(has_text="telephone the district")
    expect(alarm).to_be_visible()
    go(phone, "queue")
    expect(alarm).to_be_visible()
    phone.context.set_offline(False)
    all_sent(phone)
    expect(alarm).to_have_count(0)


def test_twice_as_large_letters_hide_neither_name_nor_button(phone: Page) -> None:
    # given a phone whose letters are twice as large
    phone.evaluate("document.documentElement.style.fontSize = '36px'")
    go(phone, "queue")
    phone.locator("a.person").first.click()
    # then name and next step are both on the page, and nothing lies over either
    for part in (phone.locator(".readback h1"), phone.get_by_role("button", name="Identity checked")):
        part.scroll_into_view_if_needed()
        assert part.evaluate("""one => {
            const box = one.getBoundingClientRect(), over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return one.contains(over) || over.contains(one);
        }""")
    assert sticking_out(phone) == []
    phone.evaluate("document.documentElement.style.fontSize = ''")
