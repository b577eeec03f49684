"use strict";
(() => {
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const touch = matchMedia("(pointer: coarse)").matches;
  const config = { displayModeBar: false, displaylogo: false, responsive: true, doubleClick: "reset", showTips: false };
  const common = {
    autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "Hypebasket Sans, sans-serif", size: 11.5, color: "#1b1a17" },
    hoverlabel: { bgcolor: "#fffdf8", bordercolor: "#1b1a17", align: "left", font: { family: "Hypebasket Sans, sans-serif", size: 12, color: "#1b1a17" } },
    dragmode: touch ? false : "zoom",
  };
  const isWords = (node) => "zh" in node && "en" in node && Object.keys(node).length === 2;
  const inWords = (node, code) => {
    if (Array.isArray(node)) return node.map((item) => inWords(item, code));
    if (node === null || typeof node !== "object") return node;
    if (isWords(node)) return node[code];
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inWords(value, code)]));
  };
  const draw = (id) => {
    const spec = inWords(specs[id], language.code);
    return Plotly.react(id, spec.data, { ...common, ...spec.layout }, config);
  };
  const present = Object.keys(specs).filter((id) => document.getElementById(id));
  const later = () => new Promise((resolve) => setTimeout(resolve));
  const drawAll = async () => {
    for (const id of present) {
      await draw(id);
      await later();
    }
    root.dataset.charts = "drawn";
  };
  const fonts = document.fonts ? document.fonts.load('12px "Hypebasket Sans"', "概A") : Promise.resolve();
  fonts.then(drawAll);
  language.onChange(() => { root.dataset.charts = "pending"; drawAll(); });
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
    for (const id of present) Plotly.Plots.resize(id);
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
})();
