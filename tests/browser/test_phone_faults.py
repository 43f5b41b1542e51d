# SPDX-License-Identifier: Apache-2.0
"""A phone on which everything goes wrong, in a real Chromium: full (F15), its memory not safe (F16) or cleared (F14), two tabs,
a new version in mid-session (F20), no network all day with the records carried out by hand, and a ledger restored (F26)."""

from pathlib import Path

import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from doseline.shared.embedded_postgres import EmbeddedPostgres
from tests.browser.fieldapp import (
    PHONE,
    all_sent,
    counts,
    enrol,
    enrolment_code,
    go,
    kill_browser,
    open_phone,
    second_phone,
    start,
    unlock,
    vaccinate,
)
from tests.browser.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WEBROOT = Path(__file__).resolve().parents[2] / "build" / "webroot" / "app"


# What IndexedDB does when the disk is full: the transaction is undone under the write.
FULL = """() => {
  globalThis.realAdd = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (value) {
    const request = globalThis.realAdd.call(this, value);
    this.transaction.abort();
    return request;
  };
}"""


def test_a_full_phone_says_so_before_saved_and_offers_paper(phone: Page) -> None:
    # given doses saved, and then not a byte left for the app
    vaccinate(phone)
    before = counts(phone)[0]
    phone.evaluate(FULL)  # Chromium's own switch for a small quota does not reach IndexedDB
    # when the next identity is checked
    go(phone, "queue")
    phone.locator("a.person").first.click()
    phone.get_by_role("button", name="Identity checked").click()
    # then the phone says that it is not saved and what to do, and keeps what it had
    expect(phone.locator(".notice.problem")).to_contain_text("NOT saved")
    expect(phone.locator(".notice.problem")).to_contain_text("on paper")
    assert counts(phone)[0] == before
    expect(phone.locator(".readback .state")).to_contain_text("Expected")
    # and goes on as soon as there is room
    phone.evaluate("() => { IDBObjectStore.prototype.add = globalThis.realAdd; }")
    vaccinate(phone)
    all_sent(phone)
    assert counts(phone)[0] > before


def test_a_phone_that_may_forget_says_so_on_itself_and_at_the_district(
    phone: Page, desk: Page, server: RealServer
) -> None:
    # given a browser that does not promise to keep what is stored (headless Chromium does not)
    assert phone.evaluate("navigator.storage.persisted()") is False
    # then no screen of the app can be seen without the banner
    for screen in ("queue", "observe", "more", "close"):
        go(phone, screen)
        expect(phone.locator(".banner").first).to_contain_text("may clear its memory")
    # and the district sees the phone in its list
    all_sent(phone)
    desk.goto(f"{server.url}/demo/")
    desk.locator(".steps a[href*='/phones/']").click()
    expect(desk.get_by_text("May be cleared").first).to_be_visible()


def test_a_session_that_locked_by_itself_says_why_and_goes_on(phone: Page) -> None:
    # given a dose saved, and a phone whose session was left open longer than it may be
    code = vaccinate(phone)
    phone.evaluate("""() => new Promise((done) => {
        const opening = indexedDB.open("doseline");
        opening.onsuccess = () => {
            const meta = opening.result.transaction("meta", "readwrite").objectStore("meta");
            const reading = meta.get("unlocked");
            reading.onsuccess = () => {
                meta.put({ ...reading.result, until_ms: 1 }, "unlocked").onsuccess = () => { opening.result.close(); done(); };
            };
        };
    })""")
    # when it is opened again
    phone.reload()
    # then it says why it is shut, and with the PIN it is where it was
    expect(phone.get_by_text("locked by itself")).to_be_visible()
    unlock(phone)
    phone.locator("#search").fill(code)
    expect(phone.locator("a.person")).to_contain_text("Observing")
    go(phone, "sessions")
    expect(phone.locator(".card").first).to_be_visible()
    expect(phone.get_by_text("locked by itself")).to_have_count(0)


def test_a_cleared_phone_deletes_nothing_and_goes_on_where_the_session_stands(
    phone: Page, desk: Page, server: RealServer
) -> None:
    # given a dose that was sent, and the phone's memory cleared
    code = vaccinate(phone)
    all_sent(phone)
    [(recorded,)] = server.rows("SELECT count(*) FROM fact")
    phone.goto("about:blank")
    chrome = phone.context.new_cdp_session(phone)
    chrome.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "all"})
    # when it is enrolled anew and opened
    enrol(phone, server, enrolment_code(desk, server))
    unlock(phone)
    # then it is where the session is, with the dose the old phone gave, and the ledger has lost nothing
    expect(phone.locator("#search")).to_be_visible()
    phone.locator("#search").fill(code)
    expect(phone.locator("a.person")).to_contain_text("Observing")
    assert server.rows("SELECT count(*) FROM fact")[0][0] >= recorded
    assert counts(phone)[0] == 0


def test_a_double_tap_saves_once(phone: Page, server: RealServer) -> None:
    # given a hand that taps everything twice
    go(phone, "queue")
    phone.locator("a.person").first.click()
    code = phone.locator("dt:has-text('Code') + dd").inner_text()
    phone.get_by_role("button", name="Identity checked").dblclick()
    save, vial = phone.get_by_role("button", name="Save dose"), phone.locator("section .card", has_text="+ ").first
    expect(save.or_(vial)).to_be_visible()
    if vial.is_visible():
        vial.dblclick()
    # when a dose is saved with three taps
    save.click(click_count=3, delay=5)
    expect(phone.locator(".notice")).to_contain_text("Dose saved")
    all_sent(phone)
    # then there is one of each: identity, vial, dose
    kinds = f"SELECT kind, count(*)::int FROM fact JOIN person USING (person_id) WHERE code = '{code}' GROUP BY kind ORDER BY kind"
    once = ("consent_given", "dose_given", "identity_checked", "person_arrived", "pre_screened")
    assert server.rows(kinds) == [(kind, 1) for kind in once]
    [(device_id,)] = server.rows(
        f"SELECT device_id FROM fact JOIN person USING (person_id) WHERE code = '{code}' LIMIT 1"
    )
    assert server.rows(f"SELECT count(*) FROM fact WHERE device_id = '{device_id}' AND kind = 'vial_opened'") == [(1,)]
    # and a release by mistake is taken back where it is said
    go(phone, "observe")
    phone.locator(".stay", has_text=code).get_by_role("button", name="Left early").click()
    expect(phone.locator(".stay", has_text=code)).to_have_count(0)
    all_sent(phone)  # also when the server has heard of it, and has told it back
    phone.locator(".notice").get_by_role("button", name="Undo").click()
    expect(phone.locator(".stay", has_text=code)).to_be_visible()


def test_two_tabs_make_one_chain(phone: Page, server: RealServer) -> None:
    # given the app open twice on one phone
    other = phone.context.new_page()
    other.set_default_timeout(10_000)
    other.goto(phone.url)
    expect(other.locator("#search")).to_be_visible()
    # when doses are given in turns
    for place in range(2):
        phone.bring_to_front()
        vaccinate(phone, place)
        other.bring_to_front()
        vaccinate(other, place + 2)
    phone.bring_to_front()
    all_sent(phone)
    # then the phone's facts are one unbroken chain and none is held
    found = server.rows(
        "SELECT count(*), count(*) FILTER (WHERE (SELECT before.body_hash FROM fact AS before WHERE before.device_id ="
        " fact.device_id AND before.device_seq = fact.device_seq - 1) IS DISTINCT FROM fact.previous_hash AND device_seq > 1)"
        " FROM fact WHERE device_id = (SELECT device_id FROM fact ORDER BY received_at DESC LIMIT 1)",
    )
    assert found[0][0] >= 8
    assert found[0][1] == 0
    assert server.rows("SELECT count(*) FROM hold") == [(0,)]


def test_two_tabs_give_one_person_one_dose(phone: Page) -> None:
    # given the app open twice, one person's dose on both, and neither has heard of the other
    vaccinate(phone)
    phone.context.set_offline(True)
    other = phone.context.new_page()
    other.set_default_timeout(10_000)
    other.add_init_script("delete globalThis.BroadcastChannel")
    other.goto(phone.url)
    go(phone, "queue")
    phone.locator("a.person").first.click()
    phone.get_by_role("button", name="Identity checked").click()
    expect(phone.get_by_role("button", name="Save dose")).to_be_visible()
    other.goto(phone.url)
    other.reload()
    expect(other.get_by_role("button", name="Save dose")).to_be_visible()
    # when both save
    phone.get_by_role("button", name="Save dose").click()
    expect(phone.locator(".notice")).to_contain_text("Dose saved")
    other.bring_to_front()
    other.get_by_role("button", name="Save dose").click()
    # then the second is told, sees the first's, and no other is saved
    expect(other.locator(".notice")).to_contain_text("another window was first")
    expect(other.get_by_role("button", name="Save dose")).to_have_count(0)
    doses = (
        "indexedDB.databases().then(([{ name }]) => new Promise((done) => { indexedDB.open(name).onsuccess = (event) =>"
    )
    doses += " { event.target.result.transaction('journal').objectStore('journal').getAll().onsuccess = (all) =>"
    doses += " done(all.target.result.filter(({ act }) => act.kind === 'dose_given').length); }; }))"
    assert phone.evaluate(doses) == 2


def test_a_new_version_waits_until_the_session_lets_it(phone: Page, server: RealServer) -> None:
    # given a session in work, and a new version on the server
    vaccinate(phone)
    saved = counts(phone)[0]
    phone.evaluate("globalThis.mark = 'the same page'")
    worker = WEBROOT / "sw.js"
    as_built = worker.read_bytes()
    try:
        worker.write_bytes(as_built + b"\n// a version later\n")
        server.stop()
        server.start()
        phone.evaluate("navigator.serviceWorker.getRegistration('/app/').then((one) => one.update()).then(() => true)")
        waits = "navigator.serviceWorker.getRegistration('/app/').then((one) => one.waiting?.state === 'installed')"
        for _look in range(40):
            if phone.evaluate(waits):
                break
            phone.wait_for_timeout(250)
        assert phone.evaluate(waits)
        # then nothing reloads: doses go on in the same page
        vaccinate(phone, 1)
        assert phone.evaluate("globalThis.mark") == "the same page"
        # and it is taken when someone says so, with every record still there
        go(phone, "sessions")
        with phone.expect_navigation(timeout=30_000):
            phone.get_by_role("button", name="Use it now").click()
        expect(phone.locator("[data-saved]")).to_be_visible()
        assert counts(phone)[0] > saved
    finally:
        worker.write_bytes(as_built)
        server.stop()  # it keeps the length of the file it found when it started
        server.start()


# Puts the phone's store back to what it was two versions of it ago, with all that version knew: the stores of 2, none of 3 and 4.
TWO_VERSIONS_AGO = """async () => {
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const kept = [
    ["meta"], ["journal", { keyPath: "seq" }, "session_id"], ["packs", { keyPath: "session_id" }],
    ["changes", { keyPath: ["session_id", "person_id"] }, "session_id"], ["carried", { keyPath: "name" }],
    ["cursors", { keyPath: "session_id" }],
  ];
  const now = await asked(indexedDB.open("doseline"));
  const rows = {};
  for (const [name] of kept) {
    const store = now.transaction(name).objectStore(name);
    rows[name] = [await asked(store.getAll()), await asked(store.getAllKeys())];
  }
  now.close();
  await asked(indexedDB.deleteDatabase("doseline"));
  const opening = indexedDB.open("doseline", 2);
  opening.onupgradeneeded = () => {
    for (const [name, how, index] of kept) {
      const store = opening.result.createObjectStore(name, how);
      if (index) store.createIndex("session", index);
    }
  };
  const old = await asked(opening);
  const writing = old.transaction(kept.map(([name]) => name), "readwrite");
  for (const [name, how] of kept) {
    rows[name][0].forEach((row, place) => writing.objectStore(name).put(row, ...(how ? [] : [rows[name][1][place]])));
  }
  await new Promise((done) => { writing.oncomplete = done; });
  old.close();
  return rows.journal[0].length;
}"""


def test_a_phone_two_versions_behind_comes_along_with_all_it_has(phone: Page, server: RealServer) -> None:
    # given a phone whose app was last opened two versions of its store ago, with doses it could not send
    phone.context.set_offline(True)
    code = vaccinate(phone)
    saved, waiting = counts(phone)
    address = phone.url.split("#")[0]
    context = phone.context
    phone.close()
    phone = context.new_page()
    phone.set_default_timeout(10_000)
    context.set_offline(False)
    phone.goto(f"{server.url}/healthz")  # the same origin; the app itself is not running
    assert phone.evaluate(TWO_VERSIONS_AGO) == saved
    # when the app of today opens there, still without a network
    context.set_offline(True)
    phone.goto(address)
    expect(phone.locator("#search")).to_be_visible()
    # then every record is there, the next is one more of the same chain, and all of them are sent
    assert counts(phone) == (saved, waiting)
    vaccinate(phone)
    phone.context.set_offline(False)
    all_sent(phone)
    assert server.rows("SELECT count(*) FROM hold") == [(0,)]
    assert server.rows(
        f"SELECT count(*) FROM fact JOIN person USING (person_id) WHERE kind = 'dose_given' AND code = '{code}'",
    ) == [(1,)]


def test_records_carried_out_by_hand_count_once(browser: Browser, phone: Page, desk: Page, server: RealServer) -> None:
    # given a phone that has no network all day
    phone.context.set_offline(True)
    code = vaccinate(phone)
    waiting = counts(phone)[1]
    assert waiting > 0
    # when its records are saved as a file and another phone of the site takes them
    go(phone, "give/records")
    with phone.expect_download() as download:
        phone.get_by_role("button", name="Send it as a file").click()
    carrier = browser.new_context(**PHONE).new_page()
    carrier.set_default_timeout(10_000)
    enrol(carrier, server, enrolment_code(desk, server))
    go(carrier, "take")
    carrier.locator("input[type=file]").set_input_files(download.value.path())
    expect(carrier.locator(".notice")).to_contain_text("records are here")
    # then headquarters has them, under the phone that wrote them
    expect(carrier.locator("[data-saved='0']")).to_be_visible()
    desk.goto(f"{server.url}/hq/area/IN.36/doses/")
    for _look in range(20):
        if desk.get_by_text(code).count():
            break
        desk.wait_for_timeout(500)
        desk.reload()
    expect(desk.get_by_text(code)).to_be_visible()
    # and once only, when the phone finds a network after all
    phone.context.set_offline(False)
    all_sent(phone)
    [(facts, names)] = server.rows("SELECT count(*), count(DISTINCT fact_id) FROM fact")
    assert facts == names
    carrier.context.close()


def test_a_restored_ledger_is_made_whole_by_the_phones(phone: Page, server: RealServer) -> None:
    # given doses recorded after the last backup, and that backup put back
    vaccinate(phone)
    all_sent(phone)
    with psycopg.connect(EmbeddedPostgres(server.folder / "postgres").dsn()) as database:
        device_id, sent = database.execute(
            "SELECT device_id, count(*) FROM fact GROUP BY device_id ORDER BY max(received_at) DESC LIMIT 1"
        ).fetchall()[0]
        database.execute("DELETE FROM fact WHERE device_id = %s", [device_id])
    server.run("restored")
    # when the phone hears of it
    lost = f"SELECT count(*) FROM fact WHERE device_id = '{device_id}'"
    assert server.rows(lost) == [(0,)]
    for _beat in range(40):
        phone.evaluate("dispatchEvent(new Event('online'))")
        phone.wait_for_timeout(500)
        if server.rows(lost) == [(sent,)]:
            break
    # then the ledger is whole again
    assert server.rows(lost) == [(sent,)]
    all_sent(phone)


def test_two_phones_without_a_network_share_one_queue(
    browser: Browser, phone: Page, desk: Page, server: RealServer, tmp_path: Path
) -> None:
    # given two phones with the session open, and the network gone for both
    other = second_phone(browser, desk, server)
    for page in (phone, other):
        page.context.set_offline(True)
    # when the first gives a dose and shares its queue as a file
    code = vaccinate(phone)
    go(phone, "more")
    phone.get_by_role("link", name="Share the queue").click()
    expect(phone.locator(".qr svg")).to_be_visible()
    with phone.expect_download() as download:
        phone.get_by_role("button", name="Send it as a file").click()
    shared = tmp_path / "queue.txt"
    download.value.save_as(shared)
    go(other, "more")
    other.get_by_role("link", name="Take from another phone").click()
    other.locator("input[type=file]").set_input_files(shared)
    # then the second sees that person observed
    expect(other.locator(".notice")).to_contain_text("queue is on this one")
    other.locator("#search").fill(code)
    expect(other.locator("a.person")).to_contain_text("Observing")
    # and when it alone finds a network, headquarters has the first phone's dose, once
    other.context.set_offline(False)
    other.evaluate("dispatchEvent(new Event('online'))")
    recorded = f"SELECT count(*) FROM fact JOIN person USING (person_id) WHERE kind = 'dose_given' AND code = '{code}'"
    for _look in range(40):
        if server.rows(recorded) == [(1,)]:
            break
        other.wait_for_timeout(500)
    assert server.rows(recorded) == [(1,)]
    phone.context.set_offline(False)
    all_sent(phone)
    assert server.rows(recorded) == [(1,)]
    other.context.close()


def test_a_walk_in_is_known_by_name_at_the_next_table(
    browser: Browser, phone: Page, desk: Page, server: RealServer
) -> None:
    # given two phones of a session with a network
    other = second_phone(browser, desk, server)
    # when the first registers a walk-in
    go(phone, "walkin")
    _type_walk_in(phone, "Zubeda Quraishi")
    phone.get_by_role("button", name="Save walk-in").click()
    expect(phone.locator("h1")).to_have_text("Zubeda Quraishi")
    all_sent(phone)
    # then the second finds them by name, with what it needs to know them by
    for _look in range(20):
        other.evaluate("dispatchEvent(new Event('online'))")
        other.locator("#search").fill("Zubeda Q")
        if other.locator("a.person").count():
            break
        other.wait_for_timeout(500)
    other.locator("a.person").click()
    expect(other.locator("h1")).to_have_text("Zubeda Quraishi")
    expect(other.locator("dt:has-text('Age') + dd")).to_contain_text("41")
    other.context.close()


def test_what_was_tapped_and_not_saved_is_there_when_the_browser_died(
    playwright: Playwright, desk: Page, server: RealServer, tmp_path: Path
) -> None:
    # given a phone at a person whose questions are half answered, with the network gone
    context, page = open_phone(playwright, tmp_path)
    enrol(page, server, enrolment_code(desk, server))
    unlock(page)
    start(page)
    vaccinate(page)
    context.set_offline(True)
    go(page, "queue")
    page.locator("a.person").first.click()
    page.get_by_role("button", name="Identity checked").click()
    page.locator(".chip", has_text="Right").click()
    page.locator(".asked .chip").first.click()
    at = page.url
    # and a walk-in half typed
    go(page, "walkin")
    _type_walk_in(page, "Rehana Molla")
    page.wait_for_function(_DRAFT_IS_KEPT)
    # when the browser is killed and opened again
    address = at.split("#")[0]
    kill_browser(tmp_path)
    context, page = open_phone(playwright, tmp_path)
    context.set_offline(True)
    # then all of it is where it was
    page.goto(at)
    expect(page.locator(".asked .chip").first.locator("input")).to_be_checked()
    expect(page.locator(".chip", has_text="Right").locator("input")).to_be_checked()
    page.goto(f"{address}#/walkin")
    expect(page.get_by_label("Name")).to_have_value("Rehana Molla")
    expect(page.get_by_label("Age in years")).to_have_value("41")
    # and once it is saved nothing of it is left for the next
    page.get_by_role("button", name="Save walk-in").click()
    expect(page.locator("h1")).to_have_text("Rehana Molla")
    go(page, "walkin")
    expect(page.get_by_label("Name")).to_have_value("")
    context.close()


def _type_walk_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Age in years").fill("41")
    page.locator(".chip", has_text="Female").click()


# The last field typed is in the store, closed: what is kept changes with every tap.
_DRAFT_IS_KEPT = """async () => {
  const read = () => new Promise((done) => {
    const opening = indexedDB.open("doseline");
    opening.onsuccess = () => {
      const asked = opening.result.transaction("drafts").objectStore("drafts").getAll();
      asked.onsuccess = () => { opening.result.close(); done(asked.result[0]?.closed.byteLength ?? 0); };
    };
  });
  const before = globalThis.draftBytes;
  globalThis.draftBytes = await read();
  return before !== undefined && before > 0 && before === globalThis.draftBytes;
}"""


def test_what_somebody_showed_is_photographed_without_a_network(
    phone: Page, desk: Page, server: RealServer, tmp_path: Path
) -> None:
    # given someone identified who has the slip of an earlier dose, and no network
    slip = tmp_path / "slip.jpg"
    Image.effect_noise((800, 600), 90).convert("RGB").save(slip)
    phone.context.set_offline(True)
    go(phone, "queue")
    phone.locator("a.person").first.click()
    phone.get_by_role("button", name="Identity checked").click()
    vial = phone.locator("section .card").first
    expect(vial.or_(phone.get_by_role("button", name="Save dose"))).to_be_visible()
    if vial.is_visible():
        vial.click()
    # when the slip is attested and photographed
    phone.get_by_text("They had a dose before").click()
    phone.locator("details input[type=date]").fill("2020-12-10")
    phone.get_by_role("button", name="Paper slip").click()
    phone.locator("input[type=file]").set_input_files(slip)
    # then the phone keeps the photo, and sends it once there is a network
    expect(phone.get_by_text("Photo kept. It is sent when there is a network.")).to_be_visible()
    code = phone.locator("dt:has-text('Code') + dd").inner_text()
    phone.context.set_offline(False)
    all_sent(phone)
    expect(phone.get_by_text("Photo sent: the district can see it.")).to_be_visible(timeout=30_000)
    # and the desk sees it on the person's page
    [(person_id,)] = server.rows(f"SELECT person_id FROM person WHERE code = '{code}'")
    desk.goto(f"{server.url}/hq/people/{person_id}/")
    row = desk.locator("tr", has_text="Earlier dose, on evidence: Paper slip")
    with desk.expect_navigation():
        row.get_by_role("link", name="Photo").click()
    assert desk.evaluate("document.images[0].naturalWidth") == 800
