// Elements are made here, by a name and classes; all text goes in as text.

function h(name, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  const options = children[0] && children[0].constructor === Object ? children.shift() : {};
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(options)) {
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

// Whoever had the keyboard at what was drawn anew has it still.
function refocus(element) {
  if (element && document.activeElement === document.body) element.focus({ preventScroll: true });
}

function svg(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(); }

function swatch(name) {
  const mark = h("i.sw");
  mark.style.background = `var(--${name})`;
  return mark;
}

function rowOf(cells, name) { return h("tr", { class: name }, cells.map((cell) => h("td", cell))); }

function table(head, rows) {
  return h("table.sums",
    h("thead", h("tr", head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", rows));
}

function facts(pairs) {
  return h("dl.facts", pairs.filter(Boolean).map(([name, value]) =>
    [h("dt", name), h("dd", value)]));
}
