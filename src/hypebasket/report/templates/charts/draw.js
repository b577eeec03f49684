"use strict";
/* Draws what is looked at: charts as they come near, the inside of an event when it is opened, everything open when printed. */
const openEvent = (pair, id) => {
  const details = document.getElementById(`event-${pair}-${id}`);
  if (!details) return;
  details.open = true;
  details.scrollIntoView({ block: "start" });
  details.querySelector("summary").focus({ preventScroll: true });
};
(() => {
  const root = document.documentElement;
  const plots = new Map();
  const visible = (box) => box.clientWidth > 0 && box.checkVisibility();
  const draw = (box) => {
    if (plots.has(box) || !visible(box)) return;
    plots.set(box, kinds[box.dataset.chart](box));
  };
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { draw(entry.target); near.unobserve(entry.target); }
  }, { rootMargin: "500px" });
  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const plot = plots.get(target);
      if (plot && !printing && target.clientWidth && Math.abs(plot.width - target.clientWidth) > 1) plot.draw();
    }
  });
  const watch = (box) => { near.observe(box); resized.observe(box); };
  let printing = false;

  /* The inside of an event: the heat map, and candles of the names that traded or were locked. */
  const fill = (details) => {
    const key = details.dataset.key;
    const heat = details.querySelector(".heatbox");
    if (!heat || !DATA.events[key]) return;
    heat.replaceChildren(heatMap(key));
    heat.parentElement.scrollLeft = heat.querySelector("th.base").offsetLeft - heat.querySelector("tbody th").offsetWidth - 40;
    details.querySelector(".heatkey").replaceChildren(heatLegend());
    const grid = details.querySelector(".candles");
    if (grid.childElementCount) {
      for (const title of grid.querySelectorAll("[data-symbol] figcaption")) title.firstChild.textContent = nameOf(title.parentElement.dataset.symbol);
      return;
    }
    const event = DATA.events[key];
    const wanted = event.members.map((member) => member.symbol).filter((symbol) => event.locked.includes(symbol) || event.fills.some((each) => each.symbol === symbol));
    details.querySelector(".candlebox").hidden = wanted.length === 0;
    for (const symbol of wanted) {
      const figure = html("figure", "", grid);
      figure.dataset.symbol = symbol;
      const title = html("figcaption", "", figure, nameOf(symbol));
      html("span", "soft", title, ` ${symbol}`);
      const box = html("div", "chart", figure);
      Object.assign(box.dataset, { chart: "candles", event: key, symbol, labelZh: `K 线：${DATA.names[symbol].zh}`, labelEn: `candlesticks: ${DATA.names[symbol].en}` });
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", say(box.dataset.labelZh, box.dataset.labelEn));
      watch(box);
    }
  };
  const opened = () => document.querySelectorAll("details.event[open]");
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details.event") || !event.target.open) return;
    fill(event.target);
    for (const box of event.target.querySelectorAll(".chart")) plots.get(box)?.draw();
  }, true);
  for (const details of opened()) fill(details);
  for (const box of document.querySelectorAll(".chart[data-chart]")) watch(box);
  for (const button of document.querySelectorAll("button[data-open]")) {
    button.addEventListener("click", () => {
      const all = [...document.querySelectorAll("details.event")];
      const open = all.some((details) => !details.open);
      for (const details of all) details.open = open;
    });
  }
  settings.onChange((key) => {
    if (key !== "lang") return;
    for (const details of opened()) fill(details);
    for (const [box, plot] of plots) if (visible(box)) { plot.hide(); plot.draw(); }
  });

  /* On paper (A4, in CSS pixels between the margins) a chart is drawn anew at the width it has there. */
  const PAPER = 690;
  const paperWidth = (box) => {
    if (box.dataset.chart === "path" || box.dataset.chart === "candles") return PAPER / 2 - 20;
    const beside = box.closest(".columns") ? Math.min(box.closest(".columns").childElementCount, 3) : 1;
    return (PAPER - 22 * (beside - 1)) / beside;
  };
  addEventListener("beforeprint", () => {
    printing = true;
    for (const details of opened()) fill(details);
    for (const box of document.querySelectorAll(".chart[data-chart]")) {
      if (!visible(box)) continue;
      draw(box);
      plots.get(box).draw(paperWidth(box));
    }
  });
  addEventListener("afterprint", () => {
    printing = false;
    for (const [box, plot] of plots) if (visible(box)) plot.draw();
  });
  const follow = () => {
    const asked = location.hash.startsWith("#event-") && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (asked) { asked.open = true; asked.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  follow();
  root.dataset.charts = "ready";
})();
