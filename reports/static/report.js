/* Puts a page's numbers (#page-data) into its charts and tables, and switches language and window.
   Classic script without modules or fetch: the page must work when opened from a folder. It runs in the head, so that
   the language is set before anything is drawn; the rest waits for the page. Texts: _("...") looks up the catalogue. */
(function () {
  "use strict";

  const LANGUAGE_TAGS = { zh: "zh-CN", en: "en" };
  const DAYS = 30;
  const texts = window.AUTHMETER_TEXTS;
  let language = "zh";
  let data = {};
  const chosenDays = {};
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let printing = false;

  const _ = (msgid) => texts.strings[msgid][language];
  const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
  const word = (value) => (own(texts.words, value) || { [language]: value })[language];
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const number = (value) => (value === null ? "—" : value.toLocaleString("en-US", { maximumFractionDigits: 4 }));
  const share = (value) => (value === null ? "—" : (value * 100).toFixed(2) + "%");
  const size = (value) =>
    value < 1000 ? value + " B" : value < 1e6 ? (value / 1e3).toFixed(1) + " kB" : (value / 1e6).toFixed(1) + " MB";

  function element(name, properties, ...children) {
    const found = Object.assign(document.createElement(name), properties);
    found.append(...children);
    return found;
  }

  /* ---- language: the address first, then what was chosen before, then Chinese */

  function remembered() {
    try {
      return window.localStorage.getItem("authmeter-language");
    } catch {
      return null; // Storage can be forbidden; the address carries the language then.
    }
  }

  function remember(value) {
    try {
      window.localStorage.setItem("authmeter-language", value);
    } catch {
      /* as above */
    }
  }

  function firstLanguage() {
    const asked = new URLSearchParams(window.location.search).get("lang");
    return [asked, remembered()].find((one) => one && Object.hasOwn(LANGUAGE_TAGS, one)) || "zh";
  }

  function localAddress(address) {
    return address + "?lang=" + language;
  }

  function showLanguage() {
    document.documentElement.lang = LANGUAGE_TAGS[language];
    if (document.readyState === "loading") return;
    document.title = document.querySelector("title").dataset[language];
    for (const button of all("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    for (const link of all("a[href]")) {
      const [path, fragment] = link.getAttribute("href").split("#");
      const page = path.split("?")[0];
      if (page.endsWith(".html")) {
        link.setAttribute("href", localAddress(page) + (fragment ? "#" + fragment : ""));
      }
    }
    for (const term of all("[data-metric]")) {
      term.title = texts.metrics[term.dataset.metric].meaning[language];
    }
  }

  function chooseLanguage(value) {
    language = value;
    remember(value);
    const address = new URL(window.location.href);
    address.searchParams.set("lang", value);
    window.history.replaceState(null, "", address);
    showLanguage();
    drawTables();
    drawCharts();
  }

  /* ---- charts */

  function windowDays(count) {
    const first = Date.parse(data.first + "T00:00:00Z");
    const days = Array.from({ length: DAYS }, (_, i) => new Date(first + i * 864e5).toISOString().slice(0, 10));
    return days.slice(DAYS - count);
  }

  function values(meta, count) {
    const series = own(data.series, meta.series);
    return series ? series[meta.field].slice(DAYS - count) : Array(count).fill(null);
  }

  // A missing day is shaded over its whole width, so that a gap is not taken for a line's end.
  function gaps(count, fill) {
    return data.missing
      .filter((place) => place >= DAYS - count)
      .map((place) => {
        const middle = Date.parse(data.first + "T00:00:00Z") + place * 864e5;
        const edge = (shift) => new Date(middle + shift).toISOString().slice(0, 16).replace("T", " ");
        return {
          type: "rect", xref: "x", yref: "paper", x0: edge(-432e5), x1: edge(432e5), y0: 0, y1: 1,
          fillcolor: fill, line: { width: 0 }, layer: "below",
        };
      });
  }

  function drawCharts() {
    const theme = dark.matches && !printing ? "dark" : "light";
    const count = chosenDays.charts || DAYS;
    for (const place of all("[data-chart]")) {
      const shape = structuredClone(window.AUTHMETER_CHARTS.charts[place.dataset.chart][language][theme]);
      const days = windowDays(count);
      for (const trace of shape.data) {
        trace.x = days;
        trace.y = values(trace.meta, count);
      }
      shape.layout.shapes = gaps(count, window.AUTHMETER_CHARTS.gap[theme]);
      const day = 864e5;
      shape.layout.xaxis.range = [Date.parse(days[0]) - day / 2, Date.parse(days[count - 1]) + day / 2].map((at) =>
        new Date(at).toISOString().slice(0, 16).replace("T", " "),
      );
      if (count === 7) shape.layout.xaxis.dtick = day;
      const config = { displayModeBar: false, displaylogo: false, showSendToCloud: false, responsive: true, doubleClick: false };
      window.Plotly.react(place, shape.data, shape.layout, config).then(() => {
        place.dataset.ready = [language, theme, count].join(" ");
      });
      drawChartTable(place.dataset.chart, shape.data, days);
    }
  }

  function drawChartTable(name, traces, days) {
    const format = name === "authorization_rate" ? share : number;
    const head = [_("Day"), ...traces.map((trace) => trace.name)].map((label, place) =>
      element("th", { scope: "col", className: place ? "number" : "", textContent: label }),
    );
    const rows = days.map((day, i) =>
      element(
        "tr", {},
        element("th", { scope: "row", textContent: day }),
        ...traces.map((trace) => element("td", { className: "number", textContent: format(trace.y[i]) })),
      ),
    );
    const table = element(
      "table", { className: "plain" },
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...rows.reverse()),
    );
    for (const place of all(`[data-chart-table="${name}"]`)) place.replaceChildren(table);
  }

  /* ---- tables */

  const tables = new Map();
  const TEXT = "string-utf8";

  function appLink(folder, file, label) {
    const path = "apps/" + encodeURIComponent(folder) + "/" + file;
    return element("a", { href: file.endsWith(".html") ? localAddress(path) : path, textContent: label });
  }

  function appCell([name, key, folder]) {
    const label = element("bdi", { textContent: name });
    const link = folder === null ? element("span") : appLink(folder, "index.html", "");
    link.append(label);
    const found = element("span", { className: "app" }, link);
    if (key !== name) found.append(" ", element("code", { textContent: key }));
    return found;
  }

  function badge(value, label) {
    return element("span", { className: "badge " + value, textContent: label });
  }

  const kinds = {
    text: { type: TEXT, plain: (value) => value ?? "—" },
    day: { type: TEXT, plain: (value) => value },
    word: { type: TEXT, plain: (value) => (value === null ? "—" : word(value)) },
    badge: { type: TEXT, plain: word, shown: (value) => badge(value, word(value)) },
    flag: {
      type: TEXT,
      plain: (value) => (value ? _("Restated") : ""),
      shown: (value) => (value ? badge("restated", _("Restated")) : ""),
    },
    metric: { type: TEXT, plain: (value) => (own(texts.metrics, value) || { label: { [language]: value } }).label[language] },
    app: { type: TEXT, plain: ([name, key]) => name + " " + key, shown: appCell },
    csv: { type: TEXT, plain: () => "", shown: (folder) => appLink(folder, "usage_detail.csv", "CSV") },
    count: { type: "num", shown: number },
    value: { type: "num", shown: number },
    size: { type: "num", shown: size },
    share: { type: "num", shown: share },
  };

  // Cells are text or nodes, never HTML: names come from logs and registries.
  function cellOf(kind, place) {
    const escaped = window.DataTable.render.text().display;
    return (value, type) => {
      const one = Array.isArray(value) && kind.type === "num" ? value[place()] : value;
      if (kind.type === "num" && (type === "sort" || type === "type")) return one ?? -1;
      if (type === "display" && kind.shown) return kind.shown(one);
      const text = kind.plain ? kind.plain(one) : kind.shown(one);
      return type === "display" ? escaped(text) : text;
    };
  }

  function drawTable(table) {
    const before = tables.get(table);
    const search = before ? before.search() : "";
    if (before) before.destroy();
    const windows = (table.dataset.windows || "1,7,30").split(",").map(Number);
    const place = () => windows.indexOf(chosenDays[table.dataset.follows || table.dataset.table] || DAYS);
    const columns = Array.from(table.tHead.rows[0].cells, (cell, i) => {
      const kind = kinds[cell.dataset.kind];
      return {
        data: i,
        type: kind.type,
        render: cellOf(kind, place),
        className: kind.type === "num" ? "number" : kind.shown === appCell || kind === kinds.text ? "" : "word",
        orderable: cell.dataset.kind !== "csv",
        orderSequence: kind.type === "num" ? ["desc", "asc"] : ["asc", "desc"],
      };
    });
    const order = table.dataset.sortedBy === undefined ? [] : [[Number(table.dataset.sortedBy), "desc"]];
    const made = new window.DataTable(table, {
      data: data.tables[table.dataset.table],
      columns,
      order,
      autoWidth: false,
      pageLength: 25,
      search: { search },
      layout: { topStart: "search", topEnd: "pageLength", bottomStart: "info", bottomEnd: "paging" },
      language: {
        search: _("Search"),
        lengthMenu: _("Rows per page") + " _MENU_",
        info: _("Rows _START_ to _END_ of _TOTAL_"),
        infoEmpty: _("No rows"),
        infoFiltered: _("(of _MAX_ in all)"),
        emptyTable: _("No rows"),
        zeroRecords: _("Nothing matches the search"),
        thousands: ",",
        paginate: { first: "«", previous: "‹", next: "›", last: "»" },
        aria: {
          orderable: _("sort by this column"),
          orderableReverse: _("reverse the order"),
          orderableRemove: _("remove the order"),
          paginate: { first: _("First page"), previous: _("Previous page"), next: _("Next page"), last: _("Last page") },
        },
      },
    });
    tables.set(table, made);
    table.dataset.ready = language;
  }

  function drawTables() {
    for (const table of all("table[data-table]")) drawTable(table);
  }

  /* ---- switches of the window */

  function chooseDays(name, days) {
    chosenDays[name] = days;
    for (const button of all(`[data-switch="${name}"] button`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.days) === days));
    }
    for (const block of all(`[data-show^="${name}-"]`)) block.hidden = block.dataset.show !== name + "-" + days;
    for (const [table, made] of tables) {
      if ((table.dataset.follows || table.dataset.table) === name) made.rows().invalidate().draw();
    }
    if (name === "charts") drawCharts();
  }

  function start() {
    const block = document.getElementById("page-data");
    if (block) data = JSON.parse(block.textContent);
    showLanguage();
    for (const button of all("[data-language]")) {
      button.addEventListener("click", () => chooseLanguage(button.dataset.language));
    }
    for (const button of all("[data-switch] button")) {
      const name = button.parentElement.dataset.switch;
      button.addEventListener("click", () => chooseDays(name, Number(button.dataset.days)));
    }
    drawTables();
    drawCharts();
    dark.addEventListener("change", drawCharts);
    const redraw = (value) => () => {
      printing = value;
      drawCharts();
    };
    window.addEventListener("beforeprint", redraw(true));
    window.addEventListener("afterprint", redraw(false));
    document.documentElement.dataset.ready = "true";
  }

  language = firstLanguage();
  showLanguage();
  document.addEventListener("DOMContentLoaded", start);
})();
