"use strict";
/* The charts of the page, each made in its box from the page's data. */
const DATA = JSON.parse(document.getElementById("data").textContent);
const titleOf = (id) => settings.words(DATA.titles[id]);
/* What each side of a fill is called; taken: shares come in. */
const SIDES = {
  buy: { taken: true, zh: "买入", en: "bought" }, cover: { taken: true, zh: "回补", en: "covered" },
  sell: { taken: false, zh: "卖出", en: "sold" }, short: { taken: false, zh: "卖空", en: "sold short" },
};
const nameOf = (symbol) => settings.words(DATA.names[symbol] || { zh: symbol, en: symbol });
const month = (day) => day.slice(0, 7);
const shortDay = (day) => day.slice(5);
/* The first session of every quarter, or of every month where few are shown. */
const calendarMarks = (days) => (from, to) => {
  const whole = (day) => (to - from > 250 ? `${day.slice(0, 4)}-${Math.floor((Number(day.slice(5, 7)) - 1) / 3)}` : month(day));
  const found = [];
  for (let i = Math.max(from, 1); i <= to; i += 1) if (whole(days(i)) !== whole(days(i - 1))) found.push(i);
  return to - from > 45 ? found : null;
};
const toneOf = (value) => (value > 0 ? "up" : value < 0 ? "down" : "");

const kinds = {};

/* Equity and benchmark, both 100 before the first session; triangles mark the first open after an event. */
kinds.curve = (box) => {
  const key = box.dataset.pair;
  const pair = DATA.pairs[key];
  const family = Object.values(DATA.families).find((keys) => keys.includes(key)).map((each) => DATA.pairs[each]);
  const place = new Map(pair.days.map((day, i) => [day, i]));
  const marks = new Map();
  for (const mark of pair.marks) if (place.has(mark.day)) marks.set(place.get(mark.day), [...(marks.get(place.get(mark.day)) || []), mark.event]);
  return new Plot(box, {
    count: pair.days.length,
    height: 270,
    margin: { left: 42, right: 8, top: 12, bottom: 24 },
    range: (from, to) => {
      const whole = from === 0 && to === pair.days.length - 1;
      const values = (whole ? family : [pair]).flatMap((one) => known([...one.own.slice(from, to + 1), ...(one.benchmark || []).slice(from, to + 1)]));
      return padded(Math.min(100, ...values), Math.max(100, ...values));
    },
    tick: (value) => String(Math.round(value * 100) / 100),
    position: (i) => (pair.days.length > 45 ? month(pair.days[i]) : shortDay(pair.days[i])),
    marks: calendarMarks((i) => pair.days[i]),
    room: 70,
    paint: (plot) => {
      if (pair.benchmark) plot.path(pair.benchmark, "benchmark");
      plot.path(pair.own, "own");
      for (const i of marks.keys()) {
        if (i < plot.from || i > plot.to) continue;
        const [x, y] = [plot.x(i), plot.y(pair.own[i]) - 7];
        svg("path", { class: "event-mark", d: `M${x - 4} ${y - 6}h8l-4 7z` }, plot.layer);
      }
    },
    tip: (i) => [
      [pair.days[i], "when"],
      `${settings.words(pair.strategy)} ${figures.level(pair.own[i])}`,
      ...(pair.benchmark ? [[`${settings.words(pair.index)} ${figures.level(pair.benchmark[i])}`, "soft"]] : []),
      ...(marks.get(i) || []).map((id) => `▼ ${titleOf(id)}`),
    ],
  });
};

/* One lane per mainline: at each event a hollow dot for the headline and a full one for what was captured. */
kinds.timeline = (box) => {
  const days = DATA.lanes.flatMap((lane) => lane.events.map((event) => event.day)).filter((day) => day !== "–").sort();
  const start = Date.parse(days[0]) / 864e5 - 12;
  const count = Date.parse(days[days.length - 1]) / 864e5 - start + 13;
  const lanes = DATA.lanes.filter((lane) => lane.events.length);
  const spots = lanes.flatMap((lane, row) => lane.events.map((event) => ({ ...event, lane, row, i: Date.parse(event.day) / 864e5 - start })));
  /* Every lane is as high as its numbers ask for, on one scale for all. */
  const reach = lanes.map((_, row) => {
    const values = known(spots.filter((spot) => spot.row === row).flatMap((spot) => [spot.headline, spot.captured]));
    return padded(Math.min(-0.02, ...values), Math.max(0.02, ...values), 0.1);
  });
  const UNIT = 300 / reach.reduce((total, [low, high]) => total + high - low, 0);
  const heights = reach.map(([low, high]) => Math.max((high - low) * UNIT, 34) + 24);
  const tops = heights.map((_, row) => heights.slice(0, row).reduce((total, each) => total + each, 0));
  const grid = ticks(...reach.reduce(([low, high], each) => (each[1] - each[0] > high - low ? each : [low, high])), 5);
  const whole = heights.reduce((total, each) => total + each, 0);
  const dayAt = (i) => new Date((i + start) * 864e5).toISOString().slice(0, 10);
  const rowOf = (value) => Math.max(tops.findLastIndex((top) => top <= (1 - value) * whole), 0);
  let shown = null;
  const nearest = (i, value) => {
    if (value === null && shown?.i === i) return i;
    const row = value === null ? null : rowOf(value);
    const near = spots.filter((spot) => row === null || spot.row === row).reduce((best, spot) => (best && Math.abs(best.i - i) <= Math.abs(spot.i - i) ? best : spot), null);
    shown = near;
    return near ? near.i : null;
  };
  const open = () => { if (shown) openEvent(shown.lane.pair, shown.id); };
  return new Plot(box, {
    count,
    height: whole + 34,
    margin: { left: 46, right: 10, top: 8, bottom: 24 },
    range: () => [0, 1],
    position: (i) => month(dayAt(i)),
    marks: calendarMarks(dayAt),
    room: 72,
    snap: nearest,
    neighbour: (from, step) => {
      const order = [...spots].sort((a, b) => a.i - b.i || a.row - b.row);
      const at = shown && from !== null ? order.indexOf(shown) + step : step > 0 ? 0 : order.length - 1;
      shown = order[Math.min(Math.max(at, 0), order.length - 1)];
      return shown.i;
    },
    open,
    paint: (frame) => {
      lanes.forEach((lane, row) => {
        const top = frame.inner.top + tops[row];
        const y = (value) => top + 22 + (reach[row][1] - value) * UNIT;
        if (row) svg("line", { class: "grid strong", x1: 0, x2: frame.inner.right, y1: top, y2: top }, frame.root);
        svg("text", { class: "lane serif", x: 0, y: top + 15 }, frame.over, settings.words(lane.name));
        for (const value of grid.filter((each) => each >= reach[row][0] && each <= reach[row][1])) {
          svg("line", { class: Math.abs(value) < 1e-12 ? "zero" : "grid", x1: frame.inner.left, x2: frame.inner.right, y1: y(value), y2: y(value) }, frame.layer);
          svg("text", { class: "tick", x: frame.inner.left - 6, y: y(value) + 3.5, "text-anchor": "end" }, frame.over, figures.percent(value, 0));
        }
        for (const spot of spots.filter((each) => each.row === row)) {
          const x = frame.x(spot.i);
          const ends = known([spot.headline, spot.captured]);
          const group = svg("g", { class: "spot", "data-event": spot.id }, frame.layer);
          for (const end of ends) svg("circle", { class: "reach", cx: x, cy: y(end), r: 13 }, group);
          if (ends.length === 2) svg("line", { class: "link", x1: x, x2: x, y1: y(ends[0]), y2: y(ends[1]) }, group);
          if (spot.headline !== null) svg("circle", { class: "headline-dot", cx: x, cy: y(spot.headline), r: 4.2 }, group);
          if (spot.captured !== null) svg("circle", { class: "captured-dot", cx: x, cy: y(spot.captured), r: 4.2 }, group);
        }
        const widest = spots.filter((each) => each.row === row && each.headline !== null && each.captured !== null)
          .sort((a, b) => Math.abs(b.headline - b.captured) - Math.abs(a.headline - a.captured))[0];
        if (widest && frame.width > 560) {
          const x = frame.x(widest.i);
          const left = x > (frame.inner.left + frame.inner.right) / 2;
          svg("text", { class: "note", x: x + (left ? -9 : 9), y: y(Math.max(widest.headline, widest.captured)) + 4, "text-anchor": left ? "end" : "start" }, frame.over, titleOf(widest.id));
        }
      });
    },
    tip: () => shown && [
      [`${shown.day} · ${settings.words(shown.lane.name)}`, "when"],
      titleOf(shown.id),
      `${say("新闻涨幅", "headline")} ${figures.percent(shown.headline)}`,
      `${say("实得", "captured")} ${figures.percent(shown.captured)}`,
    ],
  });
};

const eventOf = (box) => {
  const event = DATA.events[box.dataset.event];
  const days = DATA.sessions[event.sleeve].slice(event.first, event.last + 1);
  return { ...event, days, zero: event.base - event.first, enter: event.entry === null ? null : event.entry - event.first };
};
const relative = (event, i) => {
  const n = i - event.zero;
  return n > 0 ? say(`第 ${n} 日`, `session ${n}`) : n === 0 ? say("基准日", "base") : say(`基准前 ${-n} 日`, `${-n} before base`);
};
const upright = (plot, i, className, label) => {
  if (i === null || i < plot.from || i > plot.to) return;
  const x = plot.x(i);
  svg("line", { class: className, x1: x, x2: x, y1: plot.inner.top, y2: plot.inner.bottom }, plot.layer);
  if (label) svg("text", { class: "note", x: x + 4, y: plot.inner.top + 9 }, plot.over, label);
};

/* The basket around its event: mean, half of the members, all members, day by day. */
kinds.path = (box) => {
  const event = eventOf(box);
  const { mean, low, lower, median, upper, high } = event.spread;
  return new Plot(box, {
    count: event.days.length,
    height: 270,
    margin: { left: 46, right: 8, top: 14, bottom: 24 },
    range: (from, to) => {
      const values = known([...low.slice(from, to + 1), ...high.slice(from, to + 1)]);
      return values.length ? padded(Math.min(0, ...values), Math.max(0, ...values)) : [-0.01, 0.01];
    },
    tick: (value) => figures.percent(value, 0),
    position: (i) => shortDay(event.days[i]),
    room: 48,
    paint: (plot) => {
      svg("rect", { class: "window", x: plot.x(event.zero), width: Math.max(plot.x(event.zero + event.window) - plot.x(event.zero), 0), y: plot.inner.top, height: plot.inner.bottom - plot.inner.top }, plot.layer);
      plot.area(low, high, "spread-all");
      plot.area(lower, upper, "spread-half");
      for (const member of event.members) plot.path(member.returns, "member");
      plot.path(median, "median");
      plot.path(mean, "own");
      upright(plot, event.zero, "upright", say("基准收盘", "base close"));
      if (event.enter !== null && event.enter !== event.zero) upright(plot, event.enter, "upright dotted", null);
    },
    tip: (i, value) => {
      const near = value === null ? null : event.members.filter((member) => member.returns[i] !== null)
        .sort((a, b) => Math.abs(a.returns[i] - value) - Math.abs(b.returns[i] - value))[0];
      return [
        [`${event.days[i]} · ${relative(event, i)}`, "when"],
        `${say("均值", "mean")} ${figures.percent(mean[i])}`,
        [`${say("中位数", "median")} ${figures.percent(median[i])}`, "soft"],
        [`${say("中间一半", "middle half")} ${figures.percent(lower[i])} … ${figures.percent(upper[i])}`, "soft"],
        [`${say("全部", "all")} ${figures.percent(low[i])} … ${figures.percent(high[i])}`, "soft"],
        ...(near ? [[`${nameOf(near.symbol)} ${figures.percent(near.returns[i])}`, "soft"]] : []),
      ];
    },
  });
};

/* Candles of one name around an event, with its limits and our fills. */
kinds.candles = (box) => {
  const event = eventOf(box);
  const tape = DATA.tapes[box.dataset.symbol];
  const at = tape.rows.indexOf(event.first);
  const cut = (values) => values.slice(at, at + event.days.length);
  const [open, high, low, close, up, down] = ["open", "high", "low", "close", "up", "down"].map((key) => cut(tape[key]));
  const states = tape.states.slice(at, at + event.days.length);
  const fills = event.fills.filter((fill) => fill.symbol === box.dataset.symbol).map((fill) => ({ ...fill, i: fill.row - event.first }));
  const fillLine = (fill) => [
    `${SIDES[fill.side].taken ? "▲" : "▼"} ${settings.words(SIDES[fill.side])} ${figures.whole(fill.shares)} @ ${figures.price(fill.price)}`, "strong",
  ];
  return new Plot(box, {
    count: event.days.length,
    height: 200,
    margin: { left: 44, right: 6, top: 8, bottom: 22 },
    range: (from, to) => {
      const values = known([...high.slice(from, to + 1), ...low.slice(from, to + 1), ...fills.filter((fill) => fill.i >= from && fill.i <= to).map((fill) => fill.price)]);
      return values.length ? padded(Math.min(...values), Math.max(...values), 0.09) : [0, 1];
    },
    tick: (value) => figures.price(value).replace(/\.?0+$/, ""),
    position: (i) => shortDay(event.days[i]),
    room: 46,
    paint: (plot) => {
      const half = Math.max(Math.min(plot.step() * 0.34, 7), 0.8);
      upright(plot, event.zero, "upright", null);
      for (let i = Math.max(0, Math.floor(plot.from)); i <= Math.min(event.days.length - 1, Math.ceil(plot.to)); i += 1) {
        const x = plot.x(i);
        for (const [limit, className] of [[up[i], "limit up-limit"], [down[i], "limit down-limit"]]) {
          if (limit !== null) svg("line", { class: className, x1: x - plot.step() / 2, x2: x + plot.step() / 2, y1: plot.y(limit), y2: plot.y(limit) }, plot.layer);
        }
        if (open[i] === null) {
          svg("text", { class: "note halted", x, y: plot.inner.bottom - 4, "text-anchor": "middle" }, plot.layer, "×");
          continue;
        }
        const rising = close[i] >= open[i] && !(close[i] === open[i] && i && close[i - 1] !== null && close[i] < close[i - 1]);
        const group = svg("g", { class: `candle ${rising ? "rising" : "falling"}` }, plot.layer);
        svg("line", { x1: x, x2: x, y1: plot.y(high[i]), y2: plot.y(Math.max(open[i], close[i])) }, group);
        svg("line", { x1: x, x2: x, y1: plot.y(Math.min(open[i], close[i])), y2: plot.y(low[i]) }, group);
        const [top, bottom] = [plot.y(Math.max(open[i], close[i])), plot.y(Math.min(open[i], close[i]))];
        svg("rect", { x: x - half, y: top, width: 2 * half, height: Math.max(bottom - top, 1) }, group);
        if (states[i] === "=") svg("line", { class: "locked-bar", x1: x - half - 1, x2: x + half + 1, y1: top, y2: top }, group);
      }
      for (const fill of fills) {
        const buy = SIDES[fill.side].taken;
        const [x, y] = [plot.x(fill.i), plot.y(fill.price)];
        svg("path", { class: `fill ${buy ? "bought" : "sold"}`, d: buy ? `M${x - 5} ${y + 11}h10l-5 -9z` : `M${x - 5} ${y - 11}h10l-5 9z` }, plot.layer);
      }
    },
    tip: (i) => [
      [`${event.days[i]} · ${relative(event, i)}`, "when"],
      ...(open[i] === null ? [] : [
        `${say("开", "O")} ${figures.price(open[i])} ${say("高", "H")} ${figures.price(high[i])} ${say("低", "L")} ${figures.price(low[i])} ${say("收", "C")} ${figures.price(close[i])}`,
      ]),
      ...(up[i] === null ? [] : [[`${say("涨跌停", "limits")} ${figures.price(down[i])} … ${figures.price(up[i])}`, "soft"]]),
      ...(states[i] === "." ? [] : [settings.words(DATA.states[states[i]])]),
      ...fills.filter((fill) => fill.i === i).map(fillLine),
    ],
  });
};
