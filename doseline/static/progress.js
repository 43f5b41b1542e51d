// SPDX-License-Identifier: Apache-2.0
// Shows how far long work is, every second, and loads the page anew when it has moved on.
// @ts-check
const box = document.getElementById("progress");

async function look() {
  if (box === null || document.hidden) return;
  const answer = await fetch(box.dataset.source ?? "");
  if (!answer.ok || answer.redirected) return;
  const state = box.querySelector("[data-state]")?.getAttribute("data-state");
  const text = await answer.text();
  const now = new DOMParser().parseFromString(text, "text/html").querySelector("[data-state]");
  // Where something may be half filled in, the page itself stays.
  if (now === null || (now.getAttribute("data-state") !== state && box.dataset.keep === undefined)) return location.reload();
  box.replaceChildren(now);
}

setInterval(() => look().catch(() => {}), 1000);
