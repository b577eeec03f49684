"use strict";
/* A table of class "sortable" sorts by a click on a heading; a cell sorts by its data-sort, else by its text. */
(() => {
  const value = (row, column) => {
    const cell = row.cells[column];
    const raw = cell.dataset.sort ?? cell.querySelector("data")?.value ?? cell.textContent.trim();
    return raw === "" || raw === "–" ? null : Number.isNaN(Number(raw)) ? raw : Number(raw);
  };
  const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh"));
  const sort = (table, column, descending) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, key: value(row, column) }));
    rows.sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : descending ? order(b.key, a.key) : order(a.key, b.key)));
    body.append(...rows.map(({ row }) => row));
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      if (at === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  for (const head of document.querySelectorAll("table.sortable thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
  }
  document.addEventListener("click", (event) => {
    const head = event.target.closest("table.sortable thead th");
    if (!head || !event.target.closest("button.sort")) return;
    sort(head.closest("table"), head.cellIndex, head.getAttribute("aria-sort") === "ascending" || (!head.hasAttribute("aria-sort") && !head.classList.contains("l")));
  });
})();
