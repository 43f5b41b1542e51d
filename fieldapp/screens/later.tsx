// SPDX-License-Identifier: Apache-2.0
// A screen that is seldom needed: on the phone from the first day, read into memory only when it is opened.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "./language.ts";

export function Later<Props extends object>({ load, ...props }: { load: () => Promise<{ default: ComponentType<Props> }> } & Props) {
  const [Part, setPart] = useState<ComponentType<Props> | null>(null);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    load().then((part) => setPart(() => part.default), () => setMissing(true));
  }, []);
  if (isMissing) return <p class="screen">{t("This page is not on the phone. Use another way.")} <a href="#/queue">{t("Back")}</a></p>;
  return Part === null ? null : <Part {...(props as unknown as Props)} />;
}
