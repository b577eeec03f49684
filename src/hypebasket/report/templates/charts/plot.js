"use strict";
/* A small frame for charts in SVG: axes, a reading under the pointer, zoom by drag, wheel or key. Colours come from the style sheet. */
const svg = (tag, attributes, parent, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  if (parent) parent.append(node);
  return node;
};
const html = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  if (parent) parent.append(node);
  return node;
};
const known = (values) => values.filter((value) => value !== null && value !== undefined);
const say = (zh, en) => settings.words({ zh, en });
const figures = {
  percent: (value, digits = 2) => {
    if (value === null || value === undefined) return "–";
    const text = (value * 100).toFixed(digits);
    return `${Number(text) > 0 ? "+" : ""}${Number(text) === 0 ? Number(0).toFixed(digits) : text}%`;
  },
  price: (value) => (value === null || value === undefined ? "–" : value.toFixed(2)),
  level: (value) => (value === null || value === undefined ? "–" : value.toFixed(2)),
  whole: (value) => value.toLocaleString("en-US"),
  money: (fen) => {
    const digits = String(Math.abs(fen)).padStart(3, "0");
    return `${fen < 0 ? "-" : ""}${Number(digits.slice(0, -2)).toLocaleString("en-US")}.${digits.slice(-2)}`;
  },
};
/* Round numbers that part a range into about `number` steps. */
const ticks = (low, high, number) => {
  const rough = (high - low) / Math.max(number, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) found.push(at * step);
  return found;
};
const padded = (low, high, share = 0.06) => {
  const room = share * (high - low) || Math.abs(high) * 0.02 || 0.01;
  return [low - room, high + room];
};

class Plot {
  /* `spec`: count of positions on the x axis, height, margin, range(from, to) -> [low, high], tick(value), position(i) -> its label,
     paint(plot), tip(i, value) -> lines of text ([text, class] for a coloured one), snap(i, value) -> i, steps: few positions, each with a label. */
  constructor(box, spec) {
    this.box = box;
    this.spec = spec;
    this.whole = [-0.5, spec.count - 0.5];
    this.from = this.whole[0];
    this.to = this.whole[1];
    this.cursor = null;
    this.tip = html("div", "tip", box);
    this.tip.hidden = true;
    this.tip.setAttribute("aria-hidden", "true");
    this.reset = html("button", "unzoom", box);
    this.reset.type = "button";
    this.reset.hidden = true;
    this.reset.addEventListener("click", () => { this.zoom(...this.whole); box.focus(); });
    this.listen();
    this.draw();
  }

  draw(width = this.box.clientWidth) {
    if (!width) return;
    const { height, margin } = this.spec;
    this.width = width;
    this.inner = { left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom };
    [this.low, this.high] = this.spec.range(Math.max(0, Math.ceil(this.from)), Math.min(this.spec.count - 1, Math.floor(this.to)));
    this.root?.remove();
    this.root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false" });
    this.box.prepend(this.root);
    const clip = `clip-${Plot.next += 1}`;
    svg("rect", { x: this.inner.left, y: this.inner.top - 1, width: this.inner.right - this.inner.left, height: this.inner.bottom - this.inner.top + 2 }, svg("clipPath", { id: clip }, svg("defs", {}, this.root)));
    this.axes();
    this.layer = svg("g", { "clip-path": `url(#${clip})` }, this.root);
    this.over = svg("g", {}, this.root);
    this.spec.paint(this);
    this.mark = svg("line", { class: "cursor", y1: this.inner.top, y2: this.inner.bottom, visibility: "hidden" }, this.root);
    this.reset.textContent = say("复原", "Reset zoom");
    this.reset.hidden = !this.zoomed;
    this.box.dataset.drawn = "true";
    this.box.dataset.zoomed = String(this.zoomed);
  }

  get zoomed() { return this.from > this.whole[0] + 1e-6 || this.to < this.whole[1] - 1e-6; }
  x(i) { return this.inner.left + ((i - this.from) / (this.to - this.from)) * (this.inner.right - this.inner.left); }
  y(value) { return this.inner.bottom - ((value - this.low) / (this.high - this.low)) * (this.inner.bottom - this.inner.top); }
  step() { return (this.inner.right - this.inner.left) / (this.to - this.from); }
  at(pixel) { return this.from + ((pixel - this.inner.left) / (this.inner.right - this.inner.left)) * (this.to - this.from); }

  axes() {
    const { left, right, top, bottom } = this.inner;
    const axis = svg("g", { class: "axis" }, this.root);
    if (this.spec.tick) {
      for (const value of ticks(this.low, this.high, (bottom - top) / 44)) {
        const y = this.y(value);
        svg("line", { class: Math.abs(value) < 1e-12 ? "zero" : "grid", x1: left, x2: right, y1: y, y2: y }, axis);
        svg("text", { x: left - 6, y: y + 3.5, "text-anchor": "end" }, axis, this.spec.tick(value));
      }
    }
    /* Labels of the x axis: of all positions, or of the chosen ones, as many as have room. */
    const from = Math.max(0, Math.ceil(this.from));
    const to = Math.min(this.spec.count - 1, Math.floor(this.to));
    const chosen = this.spec.marks?.(from, to) || Array.from({ length: Math.max(to - from + 1, 0) }, (_, at) => from + at);
    const room = this.spec.room || 66;
    const fitting = chosen.filter((i) => this.x(i) > left + room * 0.2 && this.x(i) < right - room * 0.4);
    const stride = Math.max(1, Math.ceil((room * fitting.length) / Math.max(right - left, 1)));
    fitting.forEach((i, at) => {
      if (at % stride === 0) svg("text", { x: this.x(i), y: bottom + 16, "text-anchor": "middle" }, axis, this.spec.position(i));
    });
  }

  path(values, className, offset = 0) {
    let line = "";
    let pen = false;
    const first = Math.max(0, Math.floor(this.from) - 1 - offset);
    const last = Math.min(values.length - 1, Math.ceil(this.to) + 1 - offset);
    for (let i = first; i <= last; i += 1) {
      const value = values[i];
      if (value === null || value === undefined) { pen = false; continue; }
      line += `${pen ? "L" : "M"}${this.x(i + offset).toFixed(1)} ${this.y(value).toFixed(1)}`;
      pen = true;
    }
    return svg("path", { d: line, class: className, fill: "none" }, this.layer);
  }

  area(low, high, className) {
    let above = "";
    let below = "";
    low.forEach((value, i) => {
      if (value === null || high[i] === null) return;
      above += `${above ? "L" : "M"}${this.x(i).toFixed(1)} ${this.y(high[i]).toFixed(1)}`;
      below = `L${this.x(i).toFixed(1)} ${this.y(value).toFixed(1)}${below}`;
    });
    return above ? svg("path", { d: `${above}${below}Z`, class: className }, this.layer) : null;
  }

  zoom(from, to) {
    const least = Math.min(6, this.spec.count);
    let width = Math.max(to - from, least);
    width = Math.min(width, this.spec.count);
    const start = Math.min(Math.max((from + to - width) / 2, this.whole[0]), this.whole[1] - width);
    this.from = start;
    this.to = start + width;
    this.hide();
    this.draw();
  }

  closer(factor, about = (this.from + this.to) / 2) {
    const width = (this.to - this.from) * factor;
    const share = (about - this.from) / (this.to - this.from);
    this.zoom(about - width * share, about + width * (1 - share));
  }

  show(i, value = null, aloud = false) {
    const at = this.spec.snap ? this.spec.snap(i, value) : Math.min(Math.max(Math.round(i), 0), this.spec.count - 1);
    if (at === null || at < this.from || at > this.to) { this.hide(); return; }
    this.cursor = at;
    const lines = this.spec.tip(at, value);
    if (!lines) { this.hide(); return; }
    this.tip.replaceChildren(...lines.map((line) => {
      const [text, className] = Array.isArray(line) ? line : [line, ""];
      return html("div", className, null, text);
    }));
    this.tip.hidden = false;
    const x = this.x(at);
    this.mark.setAttribute("x1", x);
    this.mark.setAttribute("x2", x);
    this.mark.setAttribute("visibility", "visible");
    const room = this.box.clientWidth - this.tip.offsetWidth;
    this.tip.style.left = `${Math.max(0, Math.min(x + 12 > room ? x - 12 - this.tip.offsetWidth : x + 12, room))}px`;
    this.tip.style.top = `${this.inner.top}px`;
    if (aloud) document.getElementById("said").textContent = lines.map((line) => (Array.isArray(line) ? line[0] : line)).join("; ");
  }

  hide() {
    this.tip.hidden = true;
    this.cursor = null;
    this.mark?.setAttribute("visibility", "hidden");
  }

  listen() {
    const spot = (event) => {
      const frame = this.root.getBoundingClientRect();
      const scale = this.width / frame.width;
      return { x: (event.clientX - frame.left) * scale, y: (event.clientY - frame.top) * scale };
    };
    let start = null;
    let brush = null;
    let dragged = false;
    const read = ({ x, y }) => {
      if (x < this.inner.left - 4 || x > this.inner.right + 4) { this.hide(); return; }
      this.show(this.at(x), this.high - ((y - this.inner.top) / (this.inner.bottom - this.inner.top)) * (this.high - this.low));
    };
    this.box.addEventListener("pointerdown", (event) => {
      if (event.button || event.target.closest("button")) return;
      if (event.pointerType === "touch") { read(spot(event)); return; }
      start = spot(event).x;
      dragged = false;
    });
    this.box.addEventListener("pointermove", (event) => {
      const place = spot(event);
      const { x } = place;
      if (start !== null && Math.abs(x - start) > 4) {
        brush ||= svg("rect", { class: "brush", y: this.inner.top, height: this.inner.bottom - this.inner.top }, this.root);
        brush.setAttribute("x", Math.min(start, x));
        brush.setAttribute("width", Math.abs(x - start));
      }
      read(place);
    });
    addEventListener("pointerup", (event) => {
      if (start !== null && brush) {
        dragged = true;
        const end = spot(event).x;
        this.zoom(this.at(Math.min(start, end)), this.at(Math.max(start, end)));
      }
      start = null;
      brush?.remove();
      brush = null;
    });
    this.box.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") this.hide(); });
    this.box.addEventListener("click", (event) => { if (!dragged && event.target.closest(".spot")) this.spec.open?.(); });
    this.box.addEventListener("dblclick", () => this.zoom(...this.whole));
    this.box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.closer(event.deltaY > 0 ? 1.25 : 0.8, this.at(spot(event).x));
    }, { passive: false });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => this.hide());
  }

  key(event) {
    if (event.target !== this.box) return;
    const middle = this.cursor ?? Math.round((this.from + this.to) / 2);
    const near = (step) => (this.spec.neighbour ? this.spec.neighbour(this.cursor, step) : this.cursor === null ? middle : middle + step);
    const moves = {
      ArrowRight: () => this.show(near(1), null, true),
      ArrowLeft: () => this.show(near(-1), null, true),
      Home: () => this.show(Math.ceil(this.from), null, true),
      End: () => this.show(Math.floor(this.to), null, true),
      "+": () => this.closer(0.7, middle),
      "=": () => this.closer(0.7, middle),
      "-": () => this.closer(1.4, middle),
      0: () => this.zoom(...this.whole),
      Escape: () => this.zoom(...this.whole),
      Enter: () => this.spec.open?.(this.cursor),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }
}
Plot.next = 0;
