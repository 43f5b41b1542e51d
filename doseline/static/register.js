// SPDX-License-Identifier: Apache-2.0
// Looks for a person while their name is typed. What is typed goes by POST: names stand in no address and no log.
// @ts-check
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("register-form"));
const found = document.getElementById("found");
let timer = 0;
let asked = 0;

async function look() {
  if (form === null || found === null) return;
  const number = ++asked;
  const body = new FormData(form);
  body.set("part", "found");
  const answer = await fetch(location.href, { method: "POST", body });
  if (!answer.ok || answer.redirected || number !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  found.replaceChildren(...page.body.childNodes);
}

form?.addEventListener("input", (event) => {
  if (/** @type {HTMLInputElement} */ (event.target).name === "keys") return;
  clearTimeout(timer);
  timer = setTimeout(() => look().catch(() => {}), 250);
});

form?.addEventListener("keydown", (event) => {
  const first = /** @type {HTMLElement | null} */ (found?.querySelector("button[name=person]") ?? null);
  if (event.key === "ArrowDown" && first !== null) {
    event.preventDefault();
    const all = [...(found?.querySelectorAll("button[name=person]") ?? [])];
    const next = /** @type {HTMLElement} */ (all[all.indexOf(/** @type {Element} */ (document.activeElement)) + 1] ?? first);
    next.focus();
  }
});
