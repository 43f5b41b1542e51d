// SPDX-License-Identifier: Apache-2.0
// The end of a session: its numbers, and one tap.
import { Actions, Places, useSaving, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import type { State } from "../store/queue.ts";

export function Close() {
  const { model } = useShared();
  const saving = useSaving();
  const count = (...states: State[]) => (model.queue?.people ?? []).filter((person) => states.includes(person.state)).length;
  const rows: [string, number][] = [
    [t("Doses given"), count("observing", "done")],
    [t("of them still observed"), count("observing")],
    [t("Not given"), count("not_given")],
    [t("Here, without a dose"), count("arrived", "to_vaccinate")],
    [t("Did not come"), count("expected")],
  ];
  return (
    <div class="screen with-places">
      <h1>{t("Close the session")}</h1>
      <table><tbody>{rows.map(([name, number]) => <tr><th scope="row">{name}</th><td>{digits(number)}</td></tr>)}</tbody></table>
      {model.counts.waiting > 0 && <p class="banner calm">{t("{n} records are not sent yet. They stay on the phone and go by themselves when there is a network.", { n: model.counts.waiting })}</p>}
      {model.queue?.isClosed
        ? <p class="big">✔ {t("This session is closed.")}</p>
        : <Actions><button class="primary" onClick={() => void saving(() => model.closeSession(), t("Session closed"))}>{t("Close the session")}</button></Actions>}
      <Places here="more" />
    </div>
  );
}
