/* The reasons behind the bar on top of an app's page: the same for all apps, so they stand once in the site's data. */

import { site } from "../data/state.js";
import { all, element } from "../dom.js";

/** Puts the reasons into the bar. */
export function drawReasons() {
  for (const place of all("[data-part=reasons]")) {
    place.prepend(
      ...site.reasons.map(({ severity, zh, en }) =>
        element(
          "li",
          { className: severity },
          element("span", { lang: "zh-CN", textContent: zh }),
          element("span", { lang: "en", textContent: en }),
        ),
      ),
    );
  }
}
