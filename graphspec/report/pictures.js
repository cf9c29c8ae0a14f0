/* Large pictures, in a dialog that leads from one to the next. */

const dialog = byId("large");
const pictures = () => [...document.querySelectorAll("button.picture")].filter((each) => !each.closest("tr").hidden);
let current = null;

const element = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });

const answerOf = ([question, text, detail]) => {
  const said = element("dd", text);
  if (detail) said.append(element("small", detail));
  const result = document.createElement("div");
  result.append(element("dt", question), said);
  return result;
};

const atomTable = (spectrum) => {
  if (!spectrum.atoms.length) return [];
  const rows = spectrum.atoms.map(([eigenvalue, count, source]) => {
    const row = document.createElement("tr");
    row.append(element("td", String(eigenvalue), "number"), element("td", count.toLocaleString("en"), "number"), element("td", source));
    return row;
  });
  const head = document.createElement("tr");
  head.append(element("th", "Eigenvalue", "number"), element("th", "Multiplicity", "number"), element("th", "Known by"));
  const result = document.createElement("table");
  result.createTHead().append(head);
  result.createTBody().append(...rows);
  return [element("h3", "Known exactly"), result, ...(spectrum.others ? [element("p", `and ${spectrum.others.toLocaleString("en")} others`)] : [])];
};

const redraw = () => {
  if (!dialog.open || !current) return;
  draw(byId("figure"), data.spectra[current.dataset.spectrum], (text) => { byId("large-read").textContent = text; });
};

const show = (picture) => {
  current = picture;
  const spectrum = data.spectra[picture.dataset.spectrum];
  byId("large-name").textContent = [spectrum.name, ...spectrum.point].join(" · ");
  byId("large-facts").textContent = spectrum.facts.join(" · ");
  byId("large-answers").replaceChildren(...spectrum.answers.map(answerOf));
  byId("large-read").textContent = "Point at the curves to read them; ← and → show the other networks.";
  byId("large-more").replaceChildren(...atomTable(spectrum));
  if (!dialog.open) dialog.showModal();
  redraw();
};

const step = (by) => {
  const all = pictures();
  if (all.length) show(all[(all.indexOf(current) + by + all.length) % all.length]);
};

for (const picture of document.querySelectorAll(".picture")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "picture";
  button.dataset.spectrum = picture.dataset.spectrum;
  button.title = "Open large";
  button.append(...picture.childNodes);
  button.addEventListener("click", () => show(button));
  picture.replaceWith(button);
}
byId("before").addEventListener("click", () => step(-1));
byId("after").addEventListener("click", () => step(1));
byId("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener("close", () => current?.focus());
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) { step(by); event.preventDefault(); }
});
window.addEventListener("resize", redraw);
