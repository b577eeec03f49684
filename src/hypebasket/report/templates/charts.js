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
  const unpack = async () => {
    const packed = Uint8Array.from(atob(document.getElementById("chart-library").textContent), (char) => char.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
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
  const ready = Promise.all([unpack(), document.fonts.load('12px "Hypebasket Sans"', "概A")]);
  const show = () => ready.then(drawAll).catch((error) => {
    root.dataset.charts = "failed";
    console.error(error);
  });
  show();
  language.onChange(() => { root.dataset.charts = "pending"; show(); });
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
    for (const id of present) Plotly.Plots.resize(id);
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
})();
