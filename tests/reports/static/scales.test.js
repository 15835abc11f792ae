import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  band,
  dayMarks,
  dayScale,
  gaps,
  monthScale,
  previousLine,
  scale,
} from "../../../reports/static/js/charts/scales.js";
import { setState } from "../../../reports/static/js/choices/state.js";
import { useExampleSite } from "./example_site.js";

beforeEach(useExampleSite);

const LINES = Object.fromEntries(
  Object.entries({ incident: "#a00", note: "#555", release: "#63b" }).map(([name, color]) => [
    name,
    { name, line: { color, dash: "dot" } },
  ]),
);

const SERIES = {
  counts: [[120, null, 45, 980], "records", true],
  "large counts": [[1234567, 1300000, null], "records", true],
  rates: [[0.71, 0.74, null, 0.69], "share", false],
  "high rates": [[0.998, 1], "share", false],
  shares: [[0.4, 0.1, 0.9], "share", true],
  latencies: [[812, 900, 1430], "ms", false],
  "one value": [[7], "records", true],
  nothing: [[null, null], "records", true],
  "no rates": [[], "share", false],
  zeros: [[0, 0], "records", true],
};

for (const [name, [values, unit, fromZero]] of Object.entries(SERIES)) {
  test(`${name} lie within even steps`, () => {
    const { tickvals, ticktext, range } = scale(values, unit, fromZero);
    assert.equal(ticktext.length, tickvals.length);
    assert.ok(tickvals.length >= 2 && tickvals.length <= 7, `${tickvals.length} ticks`);
    const step = tickvals[1] - tickvals[0];
    tickvals.forEach((tick, i) => {
      assert.ok(Math.abs(tick - (tickvals[0] + i * step)) < step * 1e-6, `${tickvals}`);
    });
    for (const value of values.filter((one) => one !== null)) {
      assert.ok(
        value >= tickvals[0] - step * 1e-6 && value <= tickvals.at(-1) + step * 1e-6,
        `${value} of ${tickvals}`,
      );
    }
    assert.ok(range[0] <= tickvals[0] && range[1] >= tickvals.at(-1));
    assert.equal(new Set(ticktext).size, ticktext.length, "two ticks say the same");
  });
}

test("a count starts at zero", () => {
  assert.equal(scale([900, 950, 1000], "records", true).tickvals[0], 0);
});

test("a rate shows its own range, and ends at a whole", () => {
  const { tickvals } = scale([0.992, 0.998], "share", false);
  assert.ok(tickvals[0] > 0.9);
  assert.ok(tickvals.at(-1) <= 1 + 1e-9);
});

test("noise of a few milliseconds looks like noise", () => {
  const { tickvals } = scale([900, 905, 903], "ms", false);
  assert.ok(tickvals.at(-1) - tickvals[0] >= 905 / 3);
});

test("ticks are written in their unit and language", () => {
  assert.deepEqual(scale([0.1, 0.5], "share", true).ticktext.slice(0, 2), ["0%", "20%"]);
  const counts = [0, 40000];
  assert.deepEqual(scale(counts, "records", true).ticktext, ["0", "10K", "20K", "30K", "40K"]);
  setState({ language: "zh" });
  assert.deepEqual(scale(counts, "records", true).ticktext, ["0", "1万", "2万", "3万", "4万"]);
});

test("each day of a week has a tick, and of a month the weekday of the data day", () => {
  const days = Array.from({ length: 30 }, (_day, i) => new Date(Date.UTC(2026, 1, 9 + i)).toISOString().slice(0, 10));
  assert.deepEqual(dayScale(days.slice(-7)).tickvals, days.slice(-7));
  const { tickvals, ticktext, range } = dayScale(days);
  assert.deepEqual(tickvals, ["2026-02-10", "2026-02-17", "2026-02-24", "2026-03-03", "2026-03-10"]);
  assert.ok(ticktext.every((text) => text.endsWith("<br>Tue")));
  assert.deepEqual(range, ["2026-02-08 12:00", "2026-03-10 12:00"]);
});

test("of 90 days every second week has a tick, of months every third, the last one always", () => {
  const days = Array.from({ length: 90 }, (_day, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
  assert.deepEqual(dayScale(days).tickvals.slice(-2), ["2026-03-17", "2026-03-31"]);
  assert.equal(dayScale(days).tickvals.length, 7);
  const { tickvals, ticktext, range } = monthScale(["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"]);
  assert.deepEqual(tickvals, ["2025-12-01", "2026-03-01"]);
  assert.deepEqual(ticktext, ["2025-12", "2026-03"]);
  assert.deepEqual(range, ["2025-11-16 00:00", "2026-03-16 00:00"]);
});

test("a missing day is shaded from noon to noon, a month without some of its days over its width", () => {
  const [gap, ...others] = gaps(["2026-03-07", "2026-03-08", "2026-03-09"], [1], { fillcolor: "#eee" });
  assert.deepEqual([gap.x0, gap.x1, gap.fillcolor], ["2026-03-07 12:00", "2026-03-08 12:00", "#eee"]);
  assert.deepEqual(others, []);
  const [month] = gaps(["2026-02-01", "2026-03-01"], [1], { fillcolor: "#eee" }, true);
  assert.deepEqual([month.x0, month.x1], ["2026-02-14 00:00", "2026-03-16 00:00"]);
});

test("the span before is a line that breaks where it has no data", () => {
  const days = ["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"];
  const [line] = previousLine(days, [1, 2, null, 4], "#00f", {});
  assert.equal(line.path, "M2026-03-07,1L2026-03-08,2M2026-03-10,4");
  assert.deepEqual(previousLine(days, [null, null, null, null], "#00f", {}), []);
  assert.deepEqual(previousLine(days, [], "#00f", {}), []);
});

test("what is usual is a band from the highest to the lowest, as wide as its days", () => {
  const days = ["2026-03-07", "2026-03-08"];
  const [one, ...others] = band(days, [null, { usual: 2, low: 1, high: 3, swing: 0 }], "#00f", {});
  assert.equal(
    one.path,
    "M2026-03-07_12:00,3L2026-03-08,3L2026-03-08_12:00,3L2026-03-08_12:00,1L2026-03-08,1L2026-03-07_12:00,1Z",
  );
  assert.deepEqual(others, []);
  assert.deepEqual(band(days, [null, null], "#00f", {}), []);
  assert.deepEqual(band(days, [], "#00f", {}), []);
});

test("the first day of an incident is a line, labelled to the side that has room, inside the window alone", () => {
  const days = ["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09"];
  const marked = ["2026-03-01", "2026-03-06", "2026-03-09"].map((day) => ({
    kind: "incident",
    day,
    label: "Incident",
    short: "Incident",
  }));
  const marks = dayMarks(days, marked, { incident: { line: { color: "#a00" } } }, 208);
  assert.deepEqual(
    marks.map(({ x0, x1, line, label }) => [x0, x1, line.color, label.text, label.xanchor]),
    [
      ["2026-03-06", "2026-03-06", "#a00", "Incident", "left"],
      ["2026-03-09", "2026-03-09", "#a00", "Incident", "right"],
    ],
  );
});

test("of marks that are near each other those are labelled whose text meets no other mark or label", () => {
  const days = Array.from({ length: 20 }, (_unused, i) => `2026-03-${String(i + 1).padStart(2, "0")}`);
  /** @param {number[]} places */
  const labelled = (...places) => {
    const marked = places.map((i) => ({ kind: "incident", day: days[i], label: "Incident", short: "Incident" }));
    // A label takes four days.
    const marks = dayMarks(days, marked, { incident: { line: { color: "#a00" } } }, 260);
    assert.equal(marks.length, places.length);
    return marks.filter(({ label }) => label.text).map(({ x0 }) => days.indexOf(x0));
  };
  assert.deepEqual(labelled(0, 6), [0, 6]);
  // Labels of the first half stand to the right of their line, those of the second to the left.
  assert.deepEqual(labelled(0, 1, 2, 17, 18, 19), [2, 17]);
  assert.deepEqual(labelled(6, 12), [6]);
  assert.deepEqual(labelled(6, 14), [6, 14]);
  assert.deepEqual(labelled(9, 10), []);
});

test("each kind of mark has its own line, and those below do not take the room of those above", () => {
  const days = ["2026-03-06", "2026-03-07"];
  const marked = [
    { kind: "incident", day: days[0], label: "Incident · WeChat", short: "Incident" },
    { kind: "note", day: days[0], label: "Noted", short: "Noted" },
    { kind: "release", day: days[1], label: "2.<b>15", short: "2.<b>15" },
  ];
  const marks = dayMarks(days, marked, LINES, 800);
  assert.deepEqual(
    marks.map(({ name, line, label }) => [name, line, label.font.color, label.text, label.yanchor]),
    [
      ["incident", LINES.incident.line, "#a00", "Incident · WeChat", "top"],
      ["note", LINES.note.line, "#555", "Noted", "bottom"],
      ["release", LINES.release.line, "#63b", "2.‹b›15", "bottom"],
    ],
  );
});

test("a label that has no room gives way to the short one", () => {
  const days = Array.from({ length: 20 }, (_unused, i) => `2026-03-${String(i + 1).padStart(2, "0")}`);
  const marked = [0, 6].map((i) => ({
    kind: "incident",
    day: days[i],
    label: "Incident · One-click",
    short: "Incident",
  }));
  const marks = dayMarks(days, marked, { incident: { line: { color: "#a00" } } }, 260);
  assert.deepEqual(
    marks.map(({ label }) => label.text),
    ["Incident", "Incident · One-click"],
  );
});
