// SPDX-License-Identifier: Apache-2.0
// A sheet confirmed by keyboard: whatever is chosen in a row ticks it; Enter ticks it and goes on to the next doubtful one.
// @ts-check
const form = document.getElementById("sheet-form");

/** @param {Element} row */
function tick(row) {
  const box = /** @type {HTMLInputElement | null} */ (row.querySelector("input[name=right]"));
  if (box !== null) box.checked = true;
}

/** @param {Element | null} row */
function goTo(row) {
  if (row === null) return /** @type {HTMLElement | null} */ (form?.querySelector("button.primary"))?.focus();
  const found = [".group.doubtful input:checked", ".group.doubtful input", "input[name=right]"].map((what) => row.querySelector(what));
  /** @type {HTMLElement | undefined} */ (found.find((one) => one !== null))?.focus();
  row.scrollIntoView({ block: "start" });
}

/** @param {Element | null} after */
function nextDoubtful(after) {
  const rows = [...document.querySelectorAll(".sheet-row.doubtful")];
  const from = after === null ? -1 : rows.indexOf(after);
  return rows.slice(from + 1).find((row) => !(/** @type {HTMLInputElement | null} */ (row.querySelector("input[name=right]"))?.checked ?? true)) ?? null;
}

form?.addEventListener("change", (event) => {
  const target = /** @type {HTMLInputElement} */ (event.target);
  const row = target.closest(".sheet-row");
  if (row !== null && target.name !== "right") tick(row);
});

form?.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key !== "Enter" || target.tagName !== "INPUT") return;
  event.preventDefault();
  const row = target.closest(".sheet-row");
  if (row !== null) tick(row);
  goTo(nextDoubtful(row));
});

// A second Enter on the button would send the same rows again, and they would come back as somebody else's change.
form?.addEventListener("submit", () => {
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});
addEventListener("pageshow", () => form?.querySelectorAll("button").forEach((button) => { button.disabled = false; }));

goTo(nextDoubtful(null));
