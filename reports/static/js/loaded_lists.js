/* The big lists, loaded from the data scripts when they are first asked for. */

import { columnsOf } from "./columns.js";
import { loadScript } from "./dom.js";

const LISTS = {
  apps: ["data/apps.js", () => window.AUTHMETER_APPS],
  logins: ["data/logins.js", () => window.AUTHMETER_LOGINS],
  files: ["data/files.js", () => window.AUTHMETER_FILES],
};
const lists = new Map();

/* The columns of a big list; the table and the picker of the monitor page share one. */
export function loadList(name) {
  const [path, content] = LISTS[name];
  if (!lists.has(name))
    lists.set(
      name,
      loadScript(path).then(() => columnsOf(content())),
    );
  return lists.get(name);
}
