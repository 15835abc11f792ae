import assert from "node:assert/strict";
import { test } from "node:test";
import { site } from "../../../reports/static/js/choices/state.js";
import { otherRows } from "../../../reports/static/js/tables/summary.js";
import { useExampleSite } from "./example_site.js";

test("channels other than the four have a row where they have requests", () => {
  useExampleSite();
  site.channels = [
    ...site.channels,
    { key: "sms", group: "other", is_login: false, zh: "短信验证码", en: "Text message" },
  ];
  const rows = [
    { channel: "one_click", authorization_requests: 5 },
    { channel: "*", authorization_requests: 5 },
    { channel: "sms", authorization_requests: 3 },
  ];
  assert.deepEqual(otherRows(rows), [rows[2]]);
  assert.deepEqual(otherRows([{ channel: "sms", authorization_requests: 0 }]), []);
  site.channels = site.channels.slice(0, -1);
});
