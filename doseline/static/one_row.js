// SPDX-License-Identifier: Apache-2.0
// A row in hand by keyboard: what is doubtful is where the hand is; Enter says that the row is right.
// @ts-check
const doubtful = [".group.doubtful input:checked", ".group.doubtful input", ".group input:checked", "button.primary"]
  .map((what) => document.querySelector(`#one-row ${what}`));
/** @type {HTMLElement | undefined} */ (doubtful.find((one) => one !== null))?.focus({ preventScroll: true });
