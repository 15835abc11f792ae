/* A small site for the tests of the modules: five days, the third of them missing, and texts that are their own English. */

import { setSite, setState } from "../../../reports/static/js/choices/state.js";

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

const channel = (key, group, isLogin = true) => ({ key, group, is_login: isLogin, zh: key, en: key });

const usage = (name, summed, channels, parts = []) => ({ name, summed, channels, parts, look: "" });

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
  holidays: [],
  months: { month: ["2026-02-01", "2026-03-01"], days: [28, 10], days_with_data: [28, 9] },
  first_page: "2026-03-06",
  notes: { day: ["2026-03-07"], text: ["a campaign"] },
  periods: {
    day: period(1, 1, 1, 1, 1),
    7: period(5, 4, 5, 1, 1, LATE_DAYS),
    30: period(5, 4, 5, 5, 4, ["2026-03-08"]),
    month: period(10, 10, 10, 10, 10),
    last_month: period(28, 28, 31, 31, 28),
  },
  codes: {
    vendor: ["cmcc"],
    layer: ["sdk"],
    platform: ["android"],
    code: ["103000"],
    meaning_zh: ["成功"],
    meaning_en: ["Success"],
  },
  channels: [
    channel("one_click", "number"),
    channel("local_verify", "number", false),
    channel("wechat", "social"),
    channel("qq", "social"),
    channel("weibo", "social"),
  ],
  usage: [
    usage(
      "number_verifications",
      "verifications",
      ["one_click", "local_verify"],
      ["one_click_verifications", "local_verifications"],
    ),
    usage("one_click_verifications", "verifications", ["one_click"]),
    usage("local_verifications", "verifications", ["local_verify"]),
    usage("third_party_authorizations", "authorizations", ["wechat", "qq", "weibo"]),
    usage("billable_verifications", "", []),
  ],
  rates: {
    authorization_rate: { numerator: { authorizations: 1 }, denominator: { authorization_requests: 1 } },
    technical_success_rate: {
      numerator: { authorizations: 1 },
      denominator: { authorization_requests: 1, authorizations_cancelled: -1 },
    },
    verification_result_rate: { numerator: { verifications: 1 }, denominator: { verification_requests: 1 } },
  },
  norms: { reach: 56, far: 3, of_steps: 1.4826 / Math.SQRT2, least_weekdays: 4, least_days: 7 },
  outcomes: ["success", "mismatch", "unknown", "cancelled"],
  reasons: { severity: [], zh: [], en: [] },
};

/* Every msgid has a text: itself in English, and marked in Chinese. */
const strings = new Proxy({}, { get: (_texts, msgid) => ({ en: msgid, zh: `中${String(msgid)}` }) });

const TEXTS = {
  strings,
  words: { success: { zh: "成功", en: "Success" } },
  metrics: { authorizations: { better: "up" }, authorizations_failed: { better: "down" } },
  looks: {},
};

/* Sets the site as a page does before anything else, in English with the window of all days. */
export function useExampleSite() {
  setSite(structuredClone(SITE), TEXTS, "../");
  setState({ language: "en", chosenDays: 30 });
}
