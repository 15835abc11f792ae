/* What is usual: the range of the eight weeks before a day, whatever span a chart shows, so that a fallen figure does not
   look normal beside its own last days. A count is compared with its weekday; a rate or a latency, which hangs less on
   the weekday, with every day. Days of an incident are left out: one that lasts does not become the norm.
   Does not belong here: how the range is drawn (charts.js), and what opens an incident, which the run alone decides. */

import { known } from "./format.js";

/** @import { Figures, Unit, Value } from "./types.d.ts" */

const REACH = 56;
// As for the usual records of a day and for the baseline of an incident: fewer are no norm.
const LEAST = { weeks: 3, days: 7 };

/**
 * The lowest and the highest value that is usual for the day at `place`; null where too few days before it count.
 * @param {Value[]} values
 * @param {number} place
 * @param {Unit} unit
 * @param {(place: number) => boolean} counts
 * @returns {[number, number] | null}
 */
export function normOf(values, place, unit, counts) {
  const [step, least] = unit === "records" ? [7, LEAST.weeks] : [1, LEAST.days];
  const found = [];
  for (let back = step; back <= REACH && back <= place; back += step) {
    const value = values[place - back];
    if (known(value) && counts(place - back)) found.push(value);
  }
  return found.length < least ? null : [Math.min(...found), Math.max(...found)];
}

// A count of usage is of these channels.
/** @type {Record<string, string[]>} */
const CHANNELS_OF = {
  one_click_verifications: ["one_click"],
  local_verifications: ["local_verify"],
  third_party_authorizations: ["wechat", "qq", "weibo"],
};

/**
 * Whether a day counts for the norm of a series: the app was there, and had no incident in that channel.
 * @param {Pick<Figures, "first_seen" | "incident_spans">} figures
 * @param {string[]} days
 * @param {string} series
 * @returns {(place: number) => boolean}
 */
export function countedDays({ first_seen: firstSeen, incident_spans: spans }, days, series) {
  const channels = ["*", ...(CHANNELS_OF[series] || [series])];
  const bad = spans.filter(([channel]) => channels.includes(channel));
  return (place) => {
    const day = days[place];
    if (firstSeen && day < firstSeen) return false;
    return !bad.some(([, first, last]) => first <= day && (last === null || day <= last));
  };
}
