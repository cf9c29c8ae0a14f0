"use strict";

/* What all parts of the page use. */

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const round = (value, digits = 4) => Number(value.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 6 });
document.documentElement.classList.add("js");

// On a small screen the answers come first.
if (window.innerWidth < 600) byId("legend").open = false;

const SVG = "http://www.w3.org/2000/svg";
const add = (parent, name, attributes, text) => {
  const element = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
