/* Charts of a spectrum: the density with its atoms, and the number of eigenvalues. */

const ticks = (low, high, wanted) => {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough * 0.999);
  const found = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) found.push(index * step);
  return found;
};

/* A smooth line that is monotone between its points (Fritsch and Carlson), so that no peak is added to them. */
const smooth = (x, y, start = "M") => {
  const slopes = x.slice(1).map((each, index) => (y[index + 1] - y[index]) / (each - x[index] || 1));
  const tangents = x.map((_, index) => {
    const [before, after] = [slopes[index - 1] ?? slopes[0], slopes[index] ?? slopes.at(-1)];
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  return x.map((each, index) => {
    const point = `${each.toFixed(1)} ${y[index].toFixed(1)}`;
    if (!index) return start + point;
    const third = (each - x[index - 1]) / 3;
    return `C${(x[index - 1] + third).toFixed(1)} ${(y[index - 1] + third * tangents[index - 1]).toFixed(1)} ` +
      `${(each - third).toFixed(1)} ${(y[index] - third * tangents[index]).toFixed(1)} ${point}`;
  }).join("");
};

const panel = (svg, { left, right, top, bottom }, rows, across, high, label) => {
  const y = (value) => bottom - (bottom - top) * Math.min(value / high, 1.05);
  for (const tick of ticks(0, high, (bottom - top) / 36)) {
    add(svg, "line", { class: "rule", x1: left, x2: right, y1: y(tick), y2: y(tick) });
    add(svg, "text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, round(tick));
  }
  const clip = `clip-${Math.round(top)}`;
  add(add(svg, "clipPath", { id: clip }), "rect", { x: left, y: top, width: right - left, height: bottom - top + 1 });
  const inside = add(svg, "g", { "clip-path": `url(#${clip})` });
  const [value, lower, upper] = rows;
  if (lower) {
    const back = smooth([...across].reverse(), lower.map(y).reverse(), "L");
    add(inside, "path", { class: "band", d: `${smooth(across, upper.map(y))}${back}z` });
  }
  add(inside, "path", { class: "curve", d: smooth(across, value.map(y)) });
  add(svg, "text", { x: left, y: top - 8 }, label);
};

const atoms = (svg, { left, right, top, bottom }, x, spectrum) => {
  if (!spectrum.atoms.length) return;
  const most = Math.max(...spectrum.atoms.map(([, count]) => count));
  const height = (count) => bottom - (bottom - top) * (count / (most * 1.15));
  const labelled = [];
  for (const [eigenvalue, count] of [...spectrum.atoms].sort((a, b) => b[1] - a[1])) {
    const at = x(eigenvalue);
    add(svg, "line", { class: "atom", x1: at, x2: at, y1: bottom, y2: height(count) });
    add(svg, "circle", { class: "dot", cx: at, cy: height(count), r: 3.5 });
    if (labelled.some((other) => Math.abs(other - at) < 44)) continue;
    labelled.push(at);
    const after = at < (left + right) / 2;
    add(svg, "text", { class: "strong", x: at + (after ? 7 : -7), y: height(count) + 4, "text-anchor": after ? "start" : "end" }, count.toLocaleString("en"));
  }
  add(svg, "text", { x: right, y: top - 8, "text-anchor": "end" }, right - left < 500 ? "● exact, with multiplicity" : "● exact eigenvalues, with multiplicities");
};

const peaks = (svg, { left, right, top }, spectrum, across) => {
  const marked = [];
  const [density] = spectrum.density;
  const hidden = density.map((value, index) => [value, index]).filter(([value]) => value > spectrum.top).sort((a, b) => b[0] - a[0]);
  for (const [value, index] of hidden) {
    if (marked.length === 4 || marked.some((other) => Math.abs(other - across[index]) < 80)) continue;
    marked.push(across[index]);
    const after = across[index] < (left + right) / 2;
    add(svg, "text", { class: "strong", x: across[index] + (after ? 8 : -8), y: top + 14, "text-anchor": after ? "start" : "end" }, `↑ ${round(value, 3)}`);
  }
};

const between = (rows, index, digits) => (rows.length > 1 ? ` (${round(rows[1][index], digits)} to ${round(rows[2][index], digits)})` : "");

/* What stands at a point of the curves, and at an atom beside it. */
const reading = (spectrum, index, atom) =>
  `λ = ${round(spectrum.x[index])}: density ${round(spectrum.density[0][index], 3)}${between(spectrum.density, index, 3)}; ` +
  `${round(spectrum.count[0][index])}${between(spectrum.count, index, 4)} eigenvalues up to λ` +
  (atom ? `; exactly ${atom[1].toLocaleString("en")} at ${round(atom[0], 6)} (${atom[2]})` : "");

const draw = (figure, spectrum, tell) => {
  figure.replaceChildren();
  const width = Math.max(280, figure.clientWidth);
  const narrow = width < 560;
  const total = narrow ? 400 : 470;
  const left = 52;
  const right = width - 14;
  const svg = add(figure, "svg", { viewBox: `0 0 ${width} ${total}`, height: total, role: "img", "aria-label": `Density and number of eigenvalues of ${spectrum.name}` });
  const [low, high] = [spectrum.x[0], spectrum.x.at(-1)];
  const x = (value) => left + ((right - left) * (value - low)) / (high - low);
  const across = spectrum.x.map(x);
  const upper = { left, right, top: 26, bottom: total * 0.58 };
  const lower = { left, right, top: total * 0.58 + 40, bottom: total - 40 };
  const [, , most] = spectrum.count;
  panel(svg, upper, spectrum.density, across, spectrum.top, narrow ? "density" : "density per unit eigenvalue");
  panel(svg, lower, spectrum.count, across, Math.max(...(most ?? spectrum.count[0])) * 1.03, "eigenvalues up to λ");
  atoms(svg, upper, x, spectrum);
  peaks(svg, upper, spectrum, across);
  for (const { top, bottom } of [upper, lower]) add(svg, "path", { class: "frame", d: `M${left} ${top}V${bottom}H${right}` });
  for (const tick of ticks(low, high, width / 90)) {
    add(svg, "text", { x: x(tick), y: lower.bottom + 18, "text-anchor": "middle" }, round(tick));
    for (const { bottom } of [upper, lower]) add(svg, "line", { class: "frame", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 4 });
  }
  add(svg, "text", { x: (left + right) / 2, y: total - 6, "text-anchor": "middle" }, "eigenvalue λ");
  const pointer = add(svg, "line", { class: "pointer", y1: upper.top, y2: lower.bottom, visibility: "hidden" });
  const point = (event) => {
    const frame = svg.getBoundingClientRect();
    const at = ((event.clientX - frame.left) / frame.width) * width;
    const nearest = across.reduce((best, each, index) => (Math.abs(each - at) < Math.abs(across[best] - at) ? index : best), 0);
    for (const [key, value] of [["x1", across[nearest]], ["x2", across[nearest]], ["visibility", "visible"]]) pointer.setAttribute(key, value);
    tell(reading(spectrum, nearest, spectrum.atoms.find(([eigenvalue]) => Math.abs(x(eigenvalue) - at) < 5)));
  };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
};
