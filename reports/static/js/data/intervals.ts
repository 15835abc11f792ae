/* Confidence intervals of rates, and of the difference of two rates. */

import type { Interval } from "../types/basics.js";

// 95 % of a normal distribution are within this number of standard deviations.
const Z = 1.959963984540054;

/**
 * The 95 % interval of a rate by Wilson's score.
 * @param cases at least one
 */
export function wilson(successes: number, cases: number): Interval {
  const rate = successes / cases;
  const square = (Z * Z) / cases;
  const centre = (rate + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((rate * (1 - rate)) / cases + square / (4 * cases));
  // At 0 and 1, `half` equals the distance to the end except for rounding errors.
  const low = successes === 0 ? 0 : centre - half;
  return { value: rate, low, high: successes === cases ? 1 : centre + half };
}

/** The difference of two rates, second minus first, with its 95 % interval by Newcombe, from both intervals. */
export function newcombe(first: Interval, second: Interval): Interval {
  const value = second.value - first.value;
  return {
    value,
    low: value - Math.hypot(second.value - second.low, first.high - first.value),
    high: value + Math.hypot(second.high - second.value, first.value - first.low),
  };
}

/** Whether the interval of a difference contains zero. */
export const mayBeNone = ({ low, high }: Interval): boolean => low <= 0 && high >= 0;
