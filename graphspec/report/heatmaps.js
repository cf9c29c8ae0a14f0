/* Heat maps that say the numbers of a cell. */

for (const svg of document.querySelectorAll(".heat")) {
  const map = data.maps[svg.dataset.map];
  const margin = Number(svg.dataset.margin);
  const size = map.names.length;
  const cursor = add(svg, "rect", { class: "cursor", width: map.cell, height: map.cell, visibility: "hidden" });
  let [row, column] = [0, 1];
  const tell = () => {
    cursor.setAttribute("x", margin + map.cell * column);
    cursor.setAttribute("y", margin + map.cell * row);
    cursor.setAttribute("visibility", "visible");
    const [first, second] = row < column ? [row, column] : [column, row];
    // Above the diagonal, rows are one shorter each.
    const at = first * size - (first * (first + 1)) / 2 + second - first - 1;
    byId(`read-${svg.dataset.map}`).textContent = first === second ? `${map.names[row]} with itself` :
      `${map.names[row]} and ${map.names[column]}: ${round(map.value[at], 3)} ± ${round(map.sem[at], 2)}, noise floor ${round(map.floor[at], 3)}` +
      (map.value[at] <= map.floor[at] ? ": not to be told apart" : "");
  };
  const point = (event) => {
    const corner = svg.getBoundingClientRect();
    const [across, down] = [event.clientX - corner.left - margin, event.clientY - corner.top - margin].map((each) => Math.floor(each / map.cell));
    if (across < 0 || down < 0 || across >= size || down >= size) return;
    [row, column] = [down, across];
    tell();
  };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.tabIndex = 0;
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    row = Math.min(size - 1, Math.max(0, row + by[0]));
    column = Math.min(size - 1, Math.max(0, column + by[1]));
    tell();
    cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
