/* Confidence intervals of rates, and of the difference of two rates. */

/** @import { Interval } from "../types.d.ts" */

// 95 % of a normal distribution are within this number of standard deviations.
const Z = 1.959963984540054;

/**
 * The 95 % interval of a rate by Wilson's score.
 * @param {number} successes
 * @param {number} cases at least one
 * @returns {Interval}
 */
export function wilson(successes, cases) {
  const rate = successes / cases;
  const square = (Z * Z) / cases;
  const centre = (rate + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((rate * (1 - rate)) / cases + square / (4 * cases));
  // At 0 and 1, `half` equals the distance to the end except for rounding errors.
  const low = successes === 0 ? 0 : centre - half;
  return { value: rate, low, high: successes === cases ? 1 : centre + half };
}

/**
 * The difference of two rates, second minus first, with its 95 % interval by Newcombe, computed from both intervals.
 * @param {Interval} first
 * @param {Interval} second
 * @returns {Interval}
 */
export function newcombe(first, second) {
  const value = second.value - first.value;
  return {
    value,
    low: value - Math.hypot(second.value - second.low, first.high - first.value),
    high: value + Math.hypot(second.high - second.value, first.value - first.low),
  };
}

/**
 * Whether the interval of a difference contains zero.
 * @param {Interval} difference
 * @returns {boolean}
 */
export const mayBeNone = ({ low, high }) => low <= 0 && high >= 0;
