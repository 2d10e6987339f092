// What was said on one branch, from the first turn to the newest under the chosen one.

const talk = { element: null };

function transcriptElement(thread, content) {
  const row = Math.max(0, Math.min(chosenRow(), thread.turns.length - 1));
  const path = thread.turns.length ? pathTo(thread, newestUnder(thread, row)) : [];
  const articles = path.map((at) => articleElement(thread, content, thread.turns[at]));
  talk.element = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Transcript" }, h("div", { class: "talk" }, articles.length ? articles : h("p", { class: "empty" }, "Nothing was answered in this thread yet.")));
  return talk.element;
}

function articleElement(thread, content, turn) {
  const siblings = turn.before >= 0 ? thread.turns[turn.before].children : [turn.row];
  const steps = stepsOf(content, turn.row);
  const place = siblings.indexOf(turn.row);
  const next = siblings[(place + 1) % siblings.length];
  return h("article", { class: place > 0 ? "branch" : "", id: `a${turn.row}`, "aria-current": turn.row === chosenRow() ? "true" : null, onclick: () => choose(turn.row, true) },
    h("header", null, h("span", null, timeText(turn.at)), h("span", { class: turn.again ? "warn" : "" }, turn.reason), h("span", null, targetName(turn.target)), h("span", null, turnCost(turn)),
      siblings.length > 1 ? h("button", { onclick: (event) => { event.stopPropagation(); choose(next, false); } }, `Branch ${place + 1} of ${siblings.length}: next`) : null),
    steps ? [...steps.sent.map((step, at) => stepElement(step, steps.ours.has(at), turn.key)), ...steps.held.map((step) => stepElement(step, false, turn.key))]
      : h("p", { class: "dim" }, "Nothing of what was said is kept."));
}

function markArticle() {
  if (!talk.element) return false;
  const found = talk.element.querySelector(`#a${chosenRow()}`);
  if (!found) return false;
  for (const each of talk.element.querySelectorAll("article[aria-current]")) each.removeAttribute("aria-current");
  found.setAttribute("aria-current", "true");
  found.scrollIntoView({ block: "nearest" });
  return true;
}
