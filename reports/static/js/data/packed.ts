/* Decodes the numbers of a chart's texts, which `packed_numbers.py` writes. */

import type { Value } from "../types/basics.js";

/** The characters of a text, by value. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * The `count` numbers of a text. The text contains the base and a dot (left out if the base is 1), a character for the
 * number of bits of a code, and the codes, six bits a character, without leading zeros. Code 0 means `absent`, code 1
 * the base, code 2 the base + 1, and so on.
 */
function numbersOf(text: string, count: number, absent: Value): Value[] {
  const dot = text.indexOf(".");
  const least = dot < 0 ? 1 : Number(text.slice(0, dot));
  const [width, ...digits] = Array.from(text.slice(dot + 1), (letter) => DIGITS.indexOf(letter));
  const written = digits.map((digit) => digit.toString(2).padStart(6, "0")).join("");
  const bits = written.padStart(6 * Math.ceil((count * width) / 6), "0");
  return Array.from({ length: count }, (_unused, i) => {
    const code = Number.parseInt(bits.slice(i * width, (i + 1) * width), 2);
    return code ? code - 1 + least : absent;
  });
}

/** The numbers of a text by day or month; null without data. With data, a number that the text lacks is `absent`. */
export function unpacked(text: string | undefined, withData: boolean[], absent: Value): Value[] {
  const values = text ? numbersOf(text, withData.length, absent) : withData.map(() => absent);
  return values.map((value, i) => (withData[i] ? value : null));
}

/**
 * The rates of a version on the last `count` days; null on days without a rate. The text has two characters for each of
 * the newest days: a base-36 number of per mille, or dots.
 */
export function versionRates(text: string, count: number): Value[] {
  const rates = Array.from(text.match(/../g) || [], (two) => (two === ".." ? null : Number.parseInt(two, 36) / 1000));
  return [...Array(count - rates.length).fill(null), ...rates];
}
