// Elements are made here, and all text goes in as text.

function h(name, options, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(options || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(sound(String(child))));
  }
}

// Halves of characters would break copying; what turns writing around is shown.
function sound(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "\u241b");
}

function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

function svg(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(); }

function swatch(name) {
  const mark = h("i", { class: "sw" });
  mark.style.background = `var(--${name})`;
  return mark;
}

function table(head, rows) {
  return h("table", { class: "sums" },
    h("thead", null, h("tr", null, head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", null, rows));
}

function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) =>
    [h("dt", null, name), h("dd", null, value)]));
}
