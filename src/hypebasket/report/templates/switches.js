"use strict";
/* Language, appearance and colours: remembered where the browser allows it, told to whoever draws. */
const settings = (() => {
  const root = document.documentElement;
  const listeners = [];
  const asked = new URLSearchParams(location.search);
  const remembered = (key) => { try { return localStorage.getItem(`hypebasket-${key}`); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(`hypebasket-${key}`, value); } catch { /* a page from disk may have no storage */ } };
  const choices = {
    lang: { values: ["zh", "en"], usual: (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en" },
    theme: { values: ["light", "dark"], usual: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" },
    colours: { values: ["chinese", "western"], usual: "chinese" },
  };
  const apply = (key, value) => {
    root.dataset[key] = value;
    if (key === "lang") {
      root.lang = value === "zh" ? "zh-CN" : "en";
      for (const node of document.querySelectorAll("[data-label-zh]")) {
        node.setAttribute("aria-label", value === "zh" ? node.dataset.labelZh : node.dataset.labelEn);
      }
    }
    for (const button of document.querySelectorAll(`button[data-set="${key}"]`)) {
      button.setAttribute("aria-pressed", String(button.dataset.value === value));
    }
    for (const listener of listeners) listener(key, value);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-set]");
    if (!button) return;
    remember(button.dataset.set, button.dataset.value);
    apply(button.dataset.set, button.dataset.value);
  });
  for (const [key, { values, usual }] of Object.entries(choices)) {
    const wanted = asked.get(key) || remembered(key);
    apply(key, values.includes(wanted) ? wanted : usual);
  }
  return { get lang() { return root.dataset.lang; }, words: (label) => label[root.dataset.lang], onChange: (listener) => listeners.push(listener) };
})();
