// SPDX-License-Identifier: Apache-2.0
// Rows keyed in as fast as one types: each line is sent behind the one before while the next is typed. A line that is not taken comes
// back into the field with what is wrong with it; what was typed after it waits until it is put right.
// @ts-check
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.keyed"));
const keys = /** @type {HTMLInputElement} */ (document.getElementById("keys"));
/** @type {string[]} */
const lines = [];
let draft = ""; // half a line that was in the field when a refused one came back: never sent before it is whole
let isSending = false;

/** @param {string} line */
async function send(line) {
  if (form === null) return true;
  const body = new FormData(form);
  body.set("keys", line);
  const answer = await fetch(location.href, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.getElementById("said");
  if (said === null) throw new Error("another page"); // logged out, or not ours any more
  for (const part of ["said", "keyed-rows", "blank-rows"]) document.getElementById(part)?.replaceChildren(.../** @type {HTMLElement} */ (page.getElementById(part)).childNodes);
  keys.placeholder = /** @type {HTMLInputElement} */ (page.getElementById("keys")).placeholder;
  return answer.ok;
}

async function sendAll() {
  if (isSending) return;
  isSending = true;
  try {
    while (lines.length > 0 && (await send(lines[0] ?? ""))) lines.shift();
  } catch {
    keys.value = lines.shift() ?? "";
    form?.submit(); // the browser says what is wrong with the network
  } finally {
    isSending = false;
  }
  if (lines.length > 0) {
    draft ||= keys.value;
    keys.value = lines.shift() ?? "";
  } else if (keys.value === "") {
    keys.value = draft;
    draft = "";
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const line = keys.value.trim();
  if (line === "") return;
  if (isSending) lines.push(line);
  else lines.unshift(line); // a line put right goes before what was typed after it
  keys.value = "";
  void sendAll();
});

// Who leaves while a line is on its way, or one waits, is asked first.
addEventListener("beforeunload", (event) => {
  if (isSending || lines.length > 0) event.preventDefault();
});
