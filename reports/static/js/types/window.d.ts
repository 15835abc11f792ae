// The names that data scripts and libraries set on the window.

import type { Charts, Plotly } from "./charts.js";
import type { FigureTables } from "./figure_tables.js";
import type { RawFigures } from "./figures.js";
import type { RawSignIns } from "./sign_ins.js";
import type { RawSite, Texts } from "./site.js";
import type { FileColumn, RawList } from "./tables.js";

declare global {
  interface Window {
    AUTHMETER_SITE: RawSite;
    AUTHMETER_TEXTS: Texts;
    /** Set by the data script of the page, or of the app that was loaded last. */
    AUTHMETER_FIGURES?: RawFigures;
    AUTHMETER_SIGN_INS?: RawSignIns;
    /** All SDK versions of an app with more than its page lists. */
    AUTHMETER_VERSIONS?: Pick<FigureTables, "versions" | "version_days">;
    /** The counts of the days of the 13 months before the 90, in the form of the charts. */
    AUTHMETER_OLDER_DAYS?: RawFigures["days"];
    AUTHMETER_CHARTS: Charts;
    AUTHMETER_APPS: RawList;
    AUTHMETER_LOGINS: RawList;
    AUTHMETER_FILES: RawList;
    /** Set by the script that is loaded with the first workbook. */
    AUTHMETER_WORKBOOK: (columns: FileColumn[], name: string) => Promise<Blob>;
    Plotly: Plotly;
  }
}
