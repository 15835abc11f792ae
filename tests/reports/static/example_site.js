/* A small site for the tests of the modules: five days, the third of them missing, and texts that are their own English. */

import { setChosenDays, setLanguage, setSite } from "../../../reports/static/js/state.js";

const period = (days, baseDays) => ({
  first: "2026-03-06",
  last: "2026-03-10",
  base_first: "2026-03-01",
  base_last: "2026-03-05",
  days_with_data: days,
  base_days_with_data: baseDays,
  is_comparable: days === baseDays,
});

const SITE = {
  version: "0a1b2c3d",
  as_of: "2026-03-10",
  days: ["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"],
  missing: [2],
  periods: { day: period(1, 1), 7: period(4, 5), 30: period(4, 4), month: period(4, 4), last_month: period(28, 31) },
  codes: [["cmcc", "sdk", "android", "103000", "成功", "Success"]],
  channels: ["one_click", "local_verify", "wechat", "qq", "weibo"],
  outcomes: ["success", "mismatch", "unknown", "cancelled"],
  reasons: [],
};

/* Every msgid has a text: itself in English, and marked in Chinese. */
const strings = new Proxy({}, { get: (_texts, msgid) => ({ en: msgid, zh: `中${String(msgid)}` }) });

const TEXTS = {
  strings,
  words: { success: { zh: "成功", en: "Success" } },
  metrics: {},
  looks: {},
};

/* Sets the site as a page does before anything else, in English with the window of all days. */
export function useExampleSite() {
  setSite(structuredClone(SITE), TEXTS, "../");
  setLanguage("en");
  setChosenDays(30);
}
