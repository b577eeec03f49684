"use strict";
const language = (() => {
  const root = document.documentElement;
  const listeners = [];
  const remembered = () => { try { return localStorage.getItem("hypebasket-language"); } catch { return null; } };
  const asked = new URLSearchParams(location.search).get("lang") || remembered();
  const preferred = (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en";
  const apply = (code) => {
    root.dataset.lang = code;
    root.lang = code === "zh" ? "zh-CN" : "en";
    for (const button of document.querySelectorAll("[data-set-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setLang === code));
    }
    for (const listener of listeners) listener(code);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-lang]");
    if (!button) return;
    try { localStorage.setItem("hypebasket-language", button.dataset.setLang); } catch { /* a page from disk may have no storage */ }
    apply(button.dataset.setLang);
  });
  apply(asked === "zh" || asked === "en" ? asked : preferred);
  return { get code() { return root.dataset.lang; }, onChange: (listener) => listeners.push(listener) };
})();
