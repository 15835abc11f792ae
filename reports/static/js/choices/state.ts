/* Shared state of a page: the data of the site, the chosen language and window, and the shown figures. Only the
   functions here change it. Listeners are notified in language.ts, windows.ts and others. */

import { rowsOf } from "../data/rows.js";
import type { Dimension, Language, SpanKey } from "../types/basics.js";
import type { Figures } from "../types/figures.js";
import type { RawSite, Site, Texts } from "../types/site.js";

export const LANGUAGE_TAGS = { zh: "zh-CN", en: "en" };

export let site: Site;
export let texts: Texts;

/** The relative path from the page to the folder of the site. */
export let root = "";

/** Whether the page is an app's own page. Only these pages are two folders below the folder of the site. */
export const isAppPage = (): boolean => root === "../../";

export let language: Language = "zh";

/** Days of the shown window. */
export let chosenDays = 30;

/** The shown window, as a key of figures and periods. */
export const windowKey = () => (chosenDays === 7 ? "7" : "30");

/** The span of the charts: the window, or a longer one. */
export let chosenSpan: SpanKey = "30";

/** The dimension of the lines of login authorization. */
export let chosenDimension: Dimension = "channel";

/** The look of the only series that the charts show; empty if they show all. */
export let isolated = "";

/** The key of the app that was chosen last, which links carry to other pages; empty if there is none. */
export let chosenApp = "";

/** The shown figures. On a page without figures this is undefined, and no code that draws them is called. */
export let figures: Figures;

/** Sets the data of the site; must be called first. */
export function setSite(data: RawSite, textsOfSite: Texts, wayToRoot: string) {
  const { codes, months, notes, reasons } = data;
  site = {
    ...data,
    usage: Object.fromEntries(data.usage.map((one) => [one.name, one])),
    codes: rowsOf(codes),
    months: rowsOf(months),
    notes: rowsOf(notes),
    reasons: rowsOf(reasons),
  };
  texts = textsOfSite;
  root = wayToRoot;
}

/** The parts of the state that a reader or a loaded script changes. */
const changing = () => ({ language, chosenDays, chosenSpan, chosenDimension, isolated, chosenApp, figures });

/** Sets some parts of the state. */
export function setState(changed: Partial<ReturnType<typeof changing>>) {
  ({ language, chosenDays, chosenSpan, chosenDimension, isolated, chosenApp, figures } = { ...changing(), ...changed });
}
