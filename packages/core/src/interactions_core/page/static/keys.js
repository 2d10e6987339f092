// Single keys outside inputs; they can be turned off.

const KEYS = [["j, k, arrows", "next, previous turn"], ["Home, End", "first, last turn"], ["], [", "next, previous thread"], ["f", "next branch at this fork"], ["p", "parent"],
  ["r", "next turn that was sent again"], ["1 2 3", "rendered, sent, raw"], ["t", "tree or transcript"], ["y", "copy as curl"],
  ["h", "hide or show content"], ["/, Enter, Esc", "search; next turn with it; close, back, overview"], ["?", "this list"]];

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inside = event.target.closest && event.target.closest("input, select, textarea, dialog");
  if (event.key === "Escape") { leave(inside); return; }
  if (inside) return;
  const isTurn = ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key);
  if (!state.keys && !isTurn) return;
  const isEnd = event.target === talk.scroll && /^[HE]/.test(event.key);
  if (isTurn && !isEnd && !(event.target === tree.rows || event.target === document.body)) return;
  const does = {
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), Home: () => choose(rowsInOrder()[0]), End: () => choose(rowsInOrder().at(-1)),
    "]": () => nextThread(1), "[": () => nextThread(-1),
    f: nextBranch, p: toParent, r: () => nextOf((turn) => turn.again), t: () => setView(state.view === "tree" ? "transcript" : "tree"), y: () => copyCurl(),
    h: toggleHidden, 1: () => chooseSheet("rendered"), 2: () => chooseSheet("sent"), 3: () => chooseSheet("raw"),
    "/": () => { if (side.input) side.input.focus(); }, "?": showKeys,
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

function leave(inside) {
  // The browser closes it, whatever inside has the keyboard.
  if (document.querySelector("dialog[open]")) return;
  if (inside && inside === side.input) { inside.blur(); if (state.q) { inside.value = ""; search(""); } return; }
  back();
}

// In the tree by time, in the transcript along its branch.
function rowsInOrder() {
  if (!opened()) return [];
  return state.view === "tree" ? opened().order.map((each) => each.row) : talk.path;
}

function move(by) {
  const rows = rowsInOrder(), at = rows.indexOf(chosenRow());
  choose(rows[at < 0 ? 0 : at + by], false);
}

function nextThread(by) {
  const shown = shownThreads(), at = shown.findIndex((thread) => thread.id === state.thread);
  const next = shown[at < 0 ? 0 : at + by];
  if (next) openThread(next.id, null);
}

function nextBranch() {
  const thread = opened();
  if (!chosenTurn()) return;
  // The fork that is nearest above, or the turn itself where it branches.
  for (let row = chosenRow(); row >= 0; row = thread.turns[row].before) {
    const before = thread.turns[row].before;
    const siblings = before >= 0 ? thread.turns[before].children : [];
    if (siblings.length > 1) { choose(siblings[(siblings.indexOf(row) + 1) % siblings.length], false); return; }
  }
}

function toParent() {
  const turn = chosenTurn();
  if (turn && turn.before >= 0) choose(turn.before, false);
}

function nextOf(is) {
  const rows = opened() ? opened().turns.filter(is).map((turn) => turn.row) : [];
  choose(rows.find((row) => row > chosenRow()) ?? rows[0], false);
}

function showKeys() {
  const off = h("input", { type: "checkbox", id: "keys-on", checked: state.keys, onchange: (event) => { state.keys = event.target.checked; } });
  const dialog = h("dialog", { "aria-label": "Keys" }, h("h2", "Keys"), h("dl", KEYS.map(([keys, does]) => [h("dt", h("kbd", keys)), h("dd", does)])),
    h("p", off, " ", h("label", { for: "keys-on" }, "Single keys work")), h("p", h("button", { onclick: () => dialog.close() }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
