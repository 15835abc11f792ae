/* What leaves a page as text: commands for records, lines of an incident's picture, and what the address asks for in vain. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAddress, unmet } from "../../../reports/static/js/choices/unmet.js";
import { wrapped } from "../../../reports/static/js/incidents/copy_incident.js";
import { recordCommands, shellWord } from "../../../reports/static/js/pages/records.js";
import { useExampleSite } from "./example_site.js";

useExampleSite();

test("a key is one word of a shell", () => {
  assert.equal(shellWord("shop-1.a"), "shop-1.a");
  assert.equal(shellWord("it's; rm -rf /"), "'it'\\''s; rm -rf /'");
  assert.equal(shellWord("商城"), "'商城'");
  const commands = recordCommands("-x y", "2026-03-01", "2026-03-02");
  assert.equal(commands.device, ".venv/bin/authmeter trace --app='-x y' --device ID --from 2026-03-01 --to 2026-03-02");
});

test("a text breaks between words and between Chinese characters", () => {
  const text = `${"word ".repeat(30)}${"字".repeat(60)}`;
  const lines = wrapped(text);
  assert.ok(lines.length > 3);
  assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  assert.ok(lines.every((line) => line.length <= 80));
  assert.deepEqual(wrapped("one line"), ["one line"]);
});

test("parameters that are not followed are said together, with what is shown", () => {
  globalThis.window = { location: { search: "?from=a&to=b&app=x&lang=en" } };
  checkAddress(["from", "to"], () => "7 days");
  checkAddress(["app"], () => null);
  checkAddress(["line"], () => "all");
  assert.deepEqual(unmet(), [{ wanted: "from=a&to=b", shown: "7 days" }]);
});
