"use strict";
/* Sessions × members of an event as a table: how each day stood with its limits, and where we traded. */
const GLYPHS = {
  ".": { zh: "", en: "" }, "=": { zh: "一", en: "1" }, o: { zh: "回", en: "R" }, b: { zh: "炸", en: "B" }, s: { zh: "封", en: "S" },
  d: { zh: "跌", en: "D" }, x: { zh: "停", en: "×" }, "-": { zh: "无", en: "–" },
};
const STATE_CLASS = { ".": "traded", "=": "one-price", o: "reopened", b: "broken", s: "sealed", d: "limit-down", x: "suspended", "-": "missing" };

const heatMap = (key) => {
  const event = DATA.events[key];
  const days = DATA.sessions[event.sleeve];
  const to = Math.min(event.last, event.base + 24);
  const from = Math.max(event.first, to - 27);
  const table = html("table", "heat");
  html("caption", "", table, event.short
    ? say("涨停、封死、停牌与我们的买卖（▼ 卖空 ▲ 回补），逐日逐只", "Limit-up, locked, suspended, and our trades (▼ sold short, ▲ covered), by session and name")
    : say("涨停、封死、停牌与我们的买卖（▲ 买入 ▼ 卖出），逐日逐只", "Limit-up, locked, suspended, and our trades (▲ bought, ▼ sold), by session and name"));
  const head = html("tr", "", html("thead", "", table));
  html("td", "", head);
  for (let row = from; row <= to; row += 1) {
    const cell = html("th", row === event.base ? "base" : "", head);
    cell.scope = "col";
    cell.textContent = shortDay(days[row]);
    cell.title = `${days[row]} · ${relative({ zero: event.base }, row)}`;
  }
  const body = html("tbody", "", table);
  for (const member of event.members) {
    const tape = DATA.tapes[member.symbol];
    const line = html("tr", "", body);
    const name = html("th", "", line, nameOf(member.symbol));
    name.scope = "row";
    for (let row = from; row <= to; row += 1) {
      const state = tape.states[tape.rows.indexOf(row)];
      const fills = event.fills.filter((fill) => fill.symbol === member.symbol && fill.row === row);
      const dealt = Object.entries(SIDES).filter(([side]) => fills.some((fill) => fill.side === side)).map(([, words]) => words);
      const cell = html("td", `${STATE_CLASS[state]}${row === event.base ? " base" : ""}${fills.length ? " dealt" : ""}`, line);
      cell.textContent = settings.words(GLYPHS[state]);
      if (dealt.some((side) => side.taken)) html("b", "buy", cell, "▲");
      if (dealt.some((side) => !side.taken)) html("b", "sell", cell, "▼");
      const words = [days[row], settings.words(DATA.states[state]), ...dealt.map(settings.words)];
      cell.title = `${nameOf(member.symbol)} · ${words.join(" · ")}`;
    }
  }
  return table;
};

const heatLegend = () => {
  const list = html("ul", "legend");
  for (const state of ["=", "o", "b", "s", "d", "x", "-"]) {
    const item = html("li", "", list);
    html("i", STATE_CLASS[state], item, settings.words(GLYPHS[state]));
    item.append(` ${settings.words(DATA.states[state])}`);
  }
  return list;
};
