/* A small site for the tests of the modules: five days, the third of them missing, and texts that are their own English. */

import { setChosenDays, setLanguage, setSite } from "../../../reports/static/js/data/state.js";

/* A period of some days, how many of them have data, the same of its base, and how many are matched. */
const period = (days, withData, baseDays, baseWithData, matched, missing = []) => ({
  first: "2026-03-06",
  last: "2026-03-10",
  base_first: "2026-03-01",
  base_last: "2026-03-05",
  days,
  days_with_data: withData,
  base_days: baseDays,
  base_days_with_data: baseWithData,
  matched_days: matched,
  is_comparable: 2 * matched >= days,
  missing,
});

const LATE_DAYS = ["2026-03-08", "2026-03-02", "2026-03-01", "2026-02-28", "2026-02-27"];

const SITE = {
  version: "0a1b2c3d",
  as_of: "2026-03-10",
  days: ["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"],
  missing: [2],
  long_days: [
    ...Array.from({ length: 85 }, (_unused, i) => new Date(Date.UTC(2025, 11, 11 + i)).toISOString().slice(0, 10)),
    ...["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"],
  ],
  long_missing: [0, 87],
  months: [
    ["2026-02-01", 28, 28],
    ["2026-03-01", 10, 9],
  ],
  first_page: "2026-03-06",
  notes: [["2026-03-07", "a campaign"]],
  periods: {
    day: period(1, 1, 1, 1, 1),
    7: period(5, 4, 5, 1, 1, LATE_DAYS),
    30: period(5, 4, 5, 5, 4, ["2026-03-08"]),
    month: period(10, 10, 10, 10, 10),
    last_month: period(28, 28, 31, 31, 28),
  },
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
