/* Tables that sort: rows without a value come last in both directions. */

const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const valueOf = (row, column, numbers) => {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent.trim();
  return text === "" ? null : numbers ? Number(text) : text;
};

const sort = (table, header, column) => {
  const ascending = header.getAttribute("aria-sort") !== "ascending";
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const numbers = header.dataset.sort === "number";
  const keyed = rows.map((row) => [valueOf(row, column, numbers), row]);
  keyed.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return (ascending ? 1 : -1) * (numbers ? a - b : order.compare(a, b));
  });
  for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  body.append(...keyed.map(([, row]) => row));
};

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    if (!header.dataset.sort) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(table, header, column));
    header.append(button);
  });
}

/* The filters of the overview. */

const table = byId("table");
if (table) {
  const find = byId("find");
  const kind = byId("kind");
  const rows = [...table.tBodies[0].rows];
  const texts = new Map(rows.map((row) => [row, `${row.cells[0].title} ${row.textContent}`.toLowerCase().replace(/\s+/g, " ")]));
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = words.every((word) => texts.get(row).includes(word)) && (!kind.value || row.dataset.kinds.includes(`|${kind.value}|`));
      row.hidden = !fits;
      shown += fits;
    }
    byId("shown").textContent = `${shown} of ${rows.length} shown`;
  };
  find.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  find.form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
