"use strict";
(() => {
  const words = new Intl.Collator("en", { numeric: true });

  // What a cell is sorted by: a number, a text, or nothing, which comes last either way.
  const key = (cell, isNumber) =>
    isNumber ? ("value" in cell.dataset ? Number(cell.dataset.value) : null) : cell.textContent || null;

  const sort = (table, column, ascending) => {
    const [headers, body] = [[...table.tHead.rows[0].cells], table.tBodies[0]];
    const isNumber = headers[column].classList.contains("number");
    const rows = [...body.rows].map((row) => ({ row, key: key(row.cells[column], isNumber) }));
    const compare = isNumber ? (a, b) => a - b : words.compare;
    // Array.sort is stable: rows that are equal stay as they are.
    rows.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
      return ascending ? compare(a.key, b.key) : compare(b.key, a.key);
    });
    body.append(...rows.map((entry) => entry.row));
    headers.forEach((header, index) =>
      header.setAttribute("aria-sort", index !== column ? "none" : ascending ? "ascending" : "descending"));
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      header.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => sort(table, column, header.getAttribute("aria-sort") !== "ascending"));
    });
  }

  const records = document.getElementById("records");
  const field = document.getElementById("filter-text");
  const count = document.getElementById("filter-count");
  const names = [...records.tHead.rows[0].cells].findIndex((header) => header.textContent === "network");
  const filter = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of records.tBodies[0].rows) {
      const name = `${row.cells[names].textContent} ${row.cells[names + 1].textContent}`.toLowerCase();
      row.hidden = !wanted.every((word) => name.includes(word));
      if (!row.hidden) shown += 1;
    }
    count.textContent = wanted.length === 0 ? "" : `${shown} of ${records.tBodies[0].rows.length} rows`;
  };
  field.addEventListener("input", filter);
  document.getElementById("filter").hidden = false;
  // The browser may have kept what was typed before the page was loaded again.
  filter();

  // A link to a mapping opens it.
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || target.tagName !== "DETAILS") return;
    target.open = true;
    target.querySelector("summary").focus();
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
})();
