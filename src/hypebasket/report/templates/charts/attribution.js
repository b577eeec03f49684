"use strict";
/* Where the money came from, as a tree that opens: mainline, then segment, event and name in the order asked for. Sums are of whole fen. */
(() => {
  const section = document.getElementById("attribution");
  if (!section) return;
  const MONEY = ["price", "dividends", "commission", "stamp_duty", "transfer_fee", "other_fees", "borrowing", "dividend_tax", "net"];
  const NET = MONEY.indexOf("net");
  const isCost = (at) => at > MONEY.indexOf("dividends") && at < NET;
  const body = section.querySelector("tbody");
  const orders = { segment: [2, 0, 1], event: [0, 1], name: [1, 0] };
  const state = { strategy: section.dataset.strategy, order: "segment", open: new Set(), sort: { column: "net", descending: true } };
  const wordOf = (column, value) => (column === 0 ? (value ? titleOf(value) : say("调仓", "rebalances")) : column === 1 ? `${nameOf(value)} ${value}` : value);
  const sum = (rows) => MONEY.map((_, at) => rows.reduce((total, row) => total + row[3 + at], 0));
  const sorted = (groups) => {
    const { column, descending } = state.sort;
    const at = MONEY.indexOf(column);
    const sign = descending ? -1 : 1;
    return groups.sort((a, b) => sign * (at < 0 ? a.label.localeCompare(b.label, "zh") : a.sums[at] - b.sums[at]));
  };
  const grouped = (rows, column) => {
    const groups = new Map();
    for (const row of rows) groups.set(row[column], [...(groups.get(row[column]) || []), row]);
    return sorted([...groups].map(([value, own]) => ({ value, label: wordOf(column, value), rows: own, sums: sum(own) })));
  };
  const line = (group, depth, path, below, longest) => {
    const row = html("tr", `depth-${depth}`, body);
    row.dataset.path = path;
    const head = html("th", "", row);
    head.scope = "row";
    if (below) {
      const button = html("button", "twist", head, group.label);
      button.type = "button";
      button.setAttribute("aria-expanded", String(state.open.has(path)));
      button.dataset.path = path;
    } else html("span", "leaf", head, group.label);
    MONEY.forEach((key, at) => {
      const cost = isCost(at);
      const cell = html("td", key === "net" ? "net" : cost ? "cost" : "", row);
      const value = cost ? -group.sums[at] : group.sums[at];
      const data = html("data", cost ? "soft" : toneOf(value), cell, value === 0 ? "0.00" : figures.money(value));
      data.value = String(value);
      data.dataset.money = key;
    });
    const bar = html("span", "bar", html("td", "barcell", row));
    const net = group.sums[NET];
    const fill = html("span", toneOf(net), bar);
    const share = longest ? (50 * Math.abs(net)) / longest : 0;
    fill.style.left = `${net < 0 ? 50 - share : 50}%`;
    fill.style.width = `${share}%`;
  };
  const branch = (rows, columns, depth, path, longest) => {
    const [column, ...rest] = columns;
    for (const group of grouped(rows, column)) {
      const own = `${path}/${group.value}`;
      const below = rest.length > 0;
      line(group, depth, own, below, longest);
      if (below && state.open.has(own)) branch(group.rows, rest, depth + 1, own, longest);
    }
  };
  const draw = () => {
    body.replaceChildren();
    const pairs = Object.entries(DATA.attribution).filter(([key]) => DATA.families[state.strategy].includes(key));
    const tops = sorted(pairs.map(([key, rows]) => ({ key, label: settings.words(DATA.pairs[key].basket), rows, sums: sum(rows) })));
    const longest = Math.max(1, ...tops.flatMap((top) => [Math.abs(top.sums[NET]), ...grouped(top.rows, orders[state.order][0]).map((group) => Math.abs(group.sums[NET]))]));
    for (const top of tops) {
      line(top, 0, top.key, true, longest);
      if (state.open.has(top.key)) branch(top.rows, orders[state.order], 1, top.key, longest);
    }
    for (const head of section.querySelectorAll("thead th[data-key]")) {
      if (head.dataset.key === state.sort.column) head.setAttribute("aria-sort", state.sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    for (const button of section.querySelectorAll("button[data-choice]")) {
      button.setAttribute("aria-pressed", String(state[button.dataset.choice] === button.dataset.value));
    }
  };
  const start = () => { state.open = new Set(Object.keys(DATA.attribution)); };
  const openBelow = (rows, [column, ...rest], path) => {
    if (!rest.length) return;
    for (const group of grouped(rows, column)) {
      state.open.add(`${path}/${group.value}`);
      openBelow(group.rows, rest, `${path}/${group.value}`);
    }
  };
  const toggleAll = () => {
    if (!body.querySelector('.twist[aria-expanded="false"]')) { start(); return; }
    for (const [key, rows] of Object.entries(DATA.attribution)) { state.open.add(key); openBelow(rows, orders[state.order], key); }
  };
  start();
  section.addEventListener("click", (event) => {
    const twist = event.target.closest("button.twist");
    const choice = event.target.closest("button[data-choice]");
    const head = event.target.closest("th[data-key] button");
    if (event.target.closest("button[data-all]")) toggleAll();
    else if (twist) {
      if (!state.open.delete(twist.dataset.path)) state.open.add(twist.dataset.path);
    } else if (choice) state[choice.dataset.choice] = choice.dataset.value;
    else if (head) {
      const column = head.closest("th").dataset.key;
      state.sort = { column, descending: state.sort.column === column ? !state.sort.descending : column !== "label" };
    } else return;
    const focus = twist?.dataset.path;
    draw();
    if (focus) body.querySelector(`button[data-path="${CSS.escape(focus)}"]`)?.focus();
  });
  settings.onChange((key) => { if (key === "lang") draw(); });
  draw();
})();
