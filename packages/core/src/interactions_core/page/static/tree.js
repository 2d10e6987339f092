// Turns and loose jobs in the order of time, as rows of which only the visible ones exist.

const GAP = 26;
const tree = { thread: null, content: null, scroll: null, rows: null, items: [], tops: [], height: 0, most: 1, drawn: new Map() };

function rowHeight() { return innerWidth < 760 ? 64 : 44; }

function treeElement(thread, content) {
  Object.assign(tree, { thread, content, drawn: new Map(), isFound: thread.turns.some(isHit) });
  measure();
  tree.rows = h("div", { class: "rows", role: "listbox", tabindex: "0", "aria-label": rowCount(thread) });
  tree.rows.style.height = `${tree.height}px`;
  tree.rows.style.setProperty("--rails", `${railWidth(thread)}px`);
  tree.scroll = h("div", { class: "scroll", onscroll: () => { drawRows(); drawChosen(); } }, tree.rows);
  if (!thread.order.length) fill(tree.scroll, h("p.empty", "Nothing was answered in this thread yet."));
  return tree.scroll;
}

function rowCount({ turns, loose }) {
  return [counted(turns.length, "turn"), loose.length && counted(loose.length, "job")].filter(Boolean).join(", ");
}

// A row for each turn and loose job, and one above where a day begins or there was a pause.
function measure() {
  const { order, turns } = tree.thread, items = [], tops = [];
  let top = 8, before = null, next = 0, place = 0;
  for (const each of order) {
    const pause = before ? each.at - before.at : 0;
    const isDay = !before || dayText(before.at) !== dayText(each.at);
    if (isDay || pause > 2700) {
      const words = [isDay && dayText(each.at), pause > 2700 && `after ${span(pause)}`].filter(Boolean);
      items.push({ gap: words.join(", "), row: each.row, next });
      tops.push(top);
      top += GAP;
    }
    // The turn whose rails pass here: this one, or the next below a job.
    items.push({ row: each.row, next, place: place += 1 });
    if (each.row < turns.length) next += 1;
    tops.push(top);
    top += rowHeight();
    before = each;
  }
  const total = tree.thread.turns.reduce((most, turn) => Math.max(most, turn.total), 1);
  Object.assign(tree, { items, tops, height: top + 24, most: total, places: new Map() });
  items.forEach((item, at) => { if (!item.gap) tree.places.set(item.row, at); });
}

function drawRows() {
  if (!tree.rows || !tree.rows.isConnected || !tree.items.length) return;
  const from = Math.max(0, firstFrom(tree.tops, tree.scroll.scrollTop) - 4);
  const bottom = tree.scroll.scrollTop + (tree.scroll.clientHeight || 600);
  const to = Math.min(tree.items.length, firstFrom(tree.tops, bottom) + 3);
  for (const [at, element] of tree.drawn) {
    if (at < from || at >= to) { element.remove(); tree.drawn.delete(at); }
  }
  for (let at = from; at < to; at += 1) {
    if (tree.drawn.has(at)) continue;
    const element = itemElement(tree.items[at]);
    element.style.top = `${tree.tops[at]}px`;
    tree.drawn.set(at, element);
    tree.rows.append(element);
  }
  markChosen();
  live.need();
}

function refillRows() {
  for (const element of tree.drawn.values()) element.remove();
  tree.drawn.clear();
  drawRows();
}

function itemElement(item) {
  const { thread } = tree;
  if (item.gap) return h("div", { class: "gap", role: "presentation" }, railElement(thread, item.next, GAP, true), h("span", item.gap));
  const turn = thread.turns[item.row];
  const element = h("div", {
    class: "row", role: "option", id: `t${item.row}`, "aria-setsize": thread.order.length,
    "aria-posinset": item.place, "aria-selected": "false", onclick: () => choose(item.row, true),
  }, turn ? turnCells(thread, turn) : jobCells(thread, jobAt(thread, item.row), item.next));
  element.classList.toggle("off", turn ? isDimmed(turn) : !{ all: true, jobs: true, failed: jobAt(thread, item.row).bad }[state.highlight]);
  return element;
}

function jobCells(thread, job, next) {
  const rail = railElement(thread, next, rowHeight(), true);
  rail.append(svg("rect", { x: laneX(thread, 0) - 4, y: rowHeight() / 2 - 4, width: 8, height: 8, fill: `var(--${jobTone(job)})` }));
  return [rail, h("span.time", minuteText(job.at)), h("span", { class: `reason ${jobClass(job)}` }, "job"),
    h("span.text", h("span.first", jobText(job)), h("span.second", targetName(job.target)))];
}

function turnCells(thread, turn) {
  const [first, second] = lines(tree.content, turn.row);
  return [railElement(thread, turn.row, rowHeight(), false), h("span.time", minuteText(turn.at)), reasonElement(turn),
    h("span.text", lineElement(first, "first"), lineElement(second, "second")),
    h("span", { class: "num sent", title: `${bytes(turn.sent)} sent` }, turn.paid ? bytes(turn.sent) : ""), barElement(turn),
    h("span.num.cost", turnCost(turn))];
}

function reasonElement(turn) {
  const tone = turn.bad ? "fail" : turn.again ? "warn" : turn.reason === "continue" ? "" : "loud";
  const text = turn.attempts > 1 ? `${turn.reason} ×${turn.attempts}` : turn.reason;
  return h("span", { class: `reason ${tone}`, title: turn.attempts > 1 ? `${turn.attempts} attempts` : headingOf(turn) }, text);
}

function barElement(turn) {
  const bar = h("span", { class: "bars", "aria-hidden": "true" });
  (turn.used || []).forEach((count, at) => {
    if (!count) return;
    const part = h("i");
    part.style.width = `${Math.max(1, (count / tree.most) * 66)}px`;
    part.style.background = `var(--${KINDS[at][0] === "fresh" && turn.again ? "again" : KINDS[at][0]})`;
    bar.append(part);
  });
  return bar;
}

const HIGHLIGHTS = { all: "all turns", again: "sent again", fork: "forks", failed: "failed", jobs: "with a job", calls: "with calls" };

function isDimmed(turn) {
  const wanted = { all: true, again: turn.again, fork: turn.reason === "fork" || turn.reason === "retry", failed: turn.bad, jobs: turn.job >= 0, calls: hasCalls(turn.row) };
  if (!wanted[state.highlight]) return true;
  return tree.isFound && !isHit(turn);
}

// Whether a turn has the words that are searched for, as far as that is known here.
function isHit(turn) {
  const words = state.q.toLowerCase();
  if (words.length < 2) return false;
  const isThere = turn.key.toLowerCase().includes(words) || (!state.hidden && hasText(turn.row, words));
  return isThere || Boolean(state.found && state.found.q === state.q && state.found.turns.has(turn.key));
}

function hasText(row, words) {
  const steps = stepsOf(contentOf(state.thread), row);
  return Boolean(steps) && [...steps.sent, ...steps.held].some((step) => (step.text || "").toLowerCase().includes(words));
}

function hasCalls(row) {
  const steps = stepsOf(tree.content, row);
  return Boolean(steps) && steps.held.some((step) => /_call$/.test(step.type));
}

function markChosen() {
  const chosen = chosenRow();
  for (const [at, element] of tree.drawn) {
    if (tree.items[at].gap) continue;
    const is = String(tree.items[at].row === chosen);
    if (element.getAttribute("aria-selected") !== is) element.setAttribute("aria-selected", is);
  }
  if (chosen >= 0 && tree.drawn.has(tree.places.get(chosen))) tree.rows.setAttribute("aria-activedescendant", `t${chosen}`);
  else tree.rows.removeAttribute("aria-activedescendant");
}

function showRow(row, isCentred) {
  const at = tree.places && tree.places.get(row);
  if (at === undefined || !tree.scroll) return;
  const top = tree.tops[at], { scrollTop, clientHeight } = tree.scroll;
  if (isCentred) tree.scroll.scrollTop = top - clientHeight / 2 + 22;
  else if (top < scrollTop + 30) tree.scroll.scrollTop = top - 60;
  else if (top + rowHeight() > scrollTop + clientHeight - 8) tree.scroll.scrollTop = top + rowHeight() + 24 - clientHeight;
  drawRows();
}

function shownRows() {
  if (state.view !== "tree" || !tree.scroll || !tree.items.length) return [-1, -1];
  const from = Math.min(tree.items.length - 1, firstFrom(tree.tops, tree.scroll.scrollTop));
  const to = Math.max(0, firstFrom(tree.tops, tree.scroll.scrollTop + tree.scroll.clientHeight) - 1);
  return [tree.items[from].row, tree.items[Math.min(to, tree.items.length - 1)].row];
}
