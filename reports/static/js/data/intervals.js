/* Intervals of rates, and of the difference of two: how much of what is seen may be chance. */

/** @import { Interval } from "../types.d.ts" */

// Of a normal distribution, 95 % lie within so many standard deviations.
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
  // At the ends, half is the distance to them; only rounding says otherwise.
  const low = successes === 0 ? 0 : centre - half;
  return { value: rate, low, high: successes === cases ? 1 : centre + half };
}

/**
 * The difference of two rates, the second less the first, with its 95 % interval by Newcombe: made of both intervals.
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
 * Whether an interval of a difference leaves open which of both is higher.
 * @param {Interval} difference
 * @returns {boolean}
 */
export const mayBeNone = ({ low, high }) => low <= 0 && high >= 0;
