// SPDX-License-Identifier: Apache-2.0
// Keeps the board fresh: asks every five seconds, and the server answers 304 when nothing changed.
// @ts-check
const board = document.getElementById("board");
let etag = "";

async function refresh() {
  if (board === null || document.hidden) return;
  const answer = await fetch(board.dataset.source ?? "", { headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.status !== 200 || answer.redirected) return;
  etag = answer.headers.get("ETag") ?? "";
  const focused = document.activeElement?.getAttribute("href");
  const open = [...board.querySelectorAll("details")].map((details) => details.open);
  board.innerHTML = await answer.text();
  board.querySelectorAll("details").forEach((details, place) => (details.open = open[place] ?? false));
  if (focused) board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

setInterval(() => refresh().catch(() => {}), 5000);
