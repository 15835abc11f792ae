/* The reasons behind the trust bar of an app's page. They are the same for all apps, and therefore in the site's
   data. */

import { site } from "../choices/state.js";
import { all, element } from "../dom.js";
import { inBoth } from "./sections.js";

/** Adds the reasons to the bar. */
export function drawReasons() {
  for (const place of all("[data-part=reasons]")) {
    place.prepend(
      ...site.reasons.map(({ severity, zh, en }) => element("li", { className: severity }, ...inBoth({ zh, en }))),
    );
  }
}
