"use strict";
(() => {
  const words = new Intl.Collator("en", { numeric: true });

  // The number of a cell: what it says, or its text without the blanks between digits; nothing for an empty one.
  const number = (cell) =>
    "value" in cell.dataset ? Number(cell.dataset.value)
      : cell.textContent === "" ? null : Number(cell.textContent.replaceAll(" ", ""));

  // What a cell is sorted by: a number, a text, or nothing, which comes last either way.
  const key = (cell, isNumber) =>
    isNumber ? number(cell) : cell.textContent || null;

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
  const element = (name) => document.getElementById(`filter-${name}`);
  const [field, count, least] = ["text", "count", "gap"].map(element);
  const rows = [...records.tBodies[0].rows];
  const column = (title) => [...records.tHead.rows[0].cells].findIndex((header) => header.textContent === title);
  const [names, capacities, gaps] = ["network", "capacity", "gap data"].map(column);
  // Choices of what occurs in a column.
  const offer = (select, texts) =>
    select.append(new Option("all", ""), ...[...new Set(texts)].filter(Boolean).map((text) => new Option(text, text)));
  const choices = [["network", names], ["capacity", capacities]].map(([name, index]) => [element(name), index]);
  const bySize = [...rows].sort((a, b) => number(a.cells[capacities]) - number(b.cells[capacities]));
  for (const [select, index] of choices)
    offer(select, (index === capacities ? bySize : rows).map((row) => row.cells[index].textContent));
  const filter = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    // Gaps are parts, what is typed is percent.
    const from = least.value === "" ? null : Number(least.value) / 100;
    const isAll = wanted.length === 0 && from === null && choices.every(([select]) => select.value === "");
    let shown = 0;
    for (const row of rows) {
      const name = `${row.cells[names].textContent} ${row.cells[names + 1].textContent}`.toLowerCase();
      const gap = number(row.cells[gaps]);
      row.hidden = !(wanted.every((word) => name.includes(word))
        && choices.every(([select, index]) => select.value === "" || row.cells[index].textContent === select.value)
        && (from === null || gap !== null && gap >= from - 1e-9));
      if (!row.hidden) shown += 1;
    }
    count.textContent = isAll ? "" : `${shown} of ${rows.length} rows`;
  };
  const form = document.getElementById("filter");
  form.addEventListener("input", filter);
  // Enter filters, as typing did, and loads nothing.
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
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
