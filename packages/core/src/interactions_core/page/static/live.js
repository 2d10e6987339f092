// What the page of a server does further: it asks for what it shows, and for news.

live.ask = async (path) => {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
};

// A part of what was said, from the first row on that is not here yet.
async function askPart(id, thread, content, rows) {
  const row = rows.find((each) => each >= 0 && each < thread.turns.length && content.turns[each] === undefined);
  if (row === undefined) return false;
  const block = row - row % 50, from = content.turns[block] === undefined ? block : row;
  const told = await live.ask(`api/threads/${id}/steps?after=${from ? encodeURIComponent(thread.turns[from - 1].key) : ""}`);
  const there = content.steps.length, number = (step) => step + there;
  content.steps.push(...told.steps);
  // What is not told was erased since.
  const end = told.next ? thread.places.get(told.next) : from + 49;
  for (let at = from; at <= Math.max(from, end || 0); at += 1) content.turns[at] = content.turns[at] || null;
  told.turns.forEach((turn, at) => {
    const [sent, held, ...other] = turn || [];
    if (turn) content.turns[thread.places.get(told.keys[at])] = [sent.map(number), held.map(number), ...other];
  });
  return true;
}

// The rows that are drawn, and the chosen one.
function drawnRows() {
  const rows = state.view === "tree" ? [...tree.drawn.keys()].map((at) => tree.items[at].row) : [...talk.drawn.keys()].map((at) => talk.path[at]);
  return [...rows, chosenRow()];
}

let isAsking = false;

live.need = async () => {
  const [id, thread, content] = [state.thread, opened(), contentOf(state.thread)];
  if (isAsking || !thread) return;
  isAsking = true;
  const isTold = await askPart(id, thread, content, drawnRows()).catch(() => false);
  isAsking = false;
  if (!isTold) return;
  if (data.contents.get(state.thread) !== content) { live.need(); return; }
  if (state.view === "tree") refillRows(); else fillArticles();
  if (frame.waits) fillDetail();
};

// What is looked at is explained, one turn after the other.
let isExplaining = false;

live.explain = async () => {
  const [id, thread, content, turn] = [state.thread, opened(), data.contents.get(state.thread), chosenTurn()];
  if (isExplaining || !content || !turn || turn.key in content.why) return;
  isExplaining = true;
  content.why[turn.key] = await live.ask(`api/threads/${id}/why?turn=${encodeURIComponent(turn.key)}`).catch(() => null);
  isExplaining = false;
  const part = document.getElementById("why");
  if (part && part.dataset.turn === turn.key) fill(part, whyElements(thread, content, turn));
  live.explain();
};

let searching = 0;

live.search = (words, leads) => {
  if (words.length < 2) return;
  clearTimeout(searching);
  searching = setTimeout(async () => {
    const found = await live.ask(`api/search?q=${encodeURIComponent(words)}&thread=${state.thread || ""}`).catch(() => null);
    if (!found || state.q !== words) return;
    state.found = { q: words, ids: new Set(found.threads), turns: new Set(found.turns) };
    fillList();
    if (!state.thread) return;
    redraw();
    // The thread was opened for these words, and shows another turn.
    const thread = opened(), chosen = thread && thread.turns[chosenRow()];
    if (leads && !(chosen && isHit(chosen))) nextOf(isHit);
  }, 200);
};

// News of a server: what is shown stays where it is, new turns come below.
async function lookForNews() {
  if (document.hidden) return;
  const news = await live.ask(`api/changes?since=${encodeURIComponent(data.index.version || "")}`).catch(() => null);
  // Nobody should take for news what is old.
  frame.where.classList.toggle("fail", !news);
  frame.where.textContent = `${news ? "" : "No answer from the server. "}${whereText()}`;
  if (!news || (news.version === data.index.version && !data.index.whole)) return;
  await readAll();
  const id = state.thread, before = data.turns.get(id);
  data.turns.clear();
  if (!before || !data.threads.has(id)) data.contents.clear();
  if (!id) { fill(frame.main, overviewElement()); return; }
  if (!data.threads.has(id)) { openOverview(); return; }
  const thread = await loadThread(id);
  const shown = before ? drawnRows().map((row) => (before.turns[row] ? thread.places.get(before.turns[row].key) : -1)) : [];
  // What is on screen stays there until it has come anew.
  const content = { why: {}, steps: [], turns: [] };
  while (await askPart(id, thread, content, shown)) if (state.thread !== id) break;
  data.contents.clear();
  data.contents.set(id, content);
  if (state.thread !== id) return;
  const top = tree.scroll ? tree.scroll.scrollTop : 0, detailTop = frame.detail.scrollTop;
  redraw();
  if (state.view === "tree") { tree.scroll.scrollTop = top; drawRows(); drawChosen(); }
  frame.detail.scrollTop = detailTop;
}

// All threads, where a list has only the newest.
async function readAll() {
  keepIndex(await live.ask("api/threads"));
  frame.where.textContent = whereText();
  fillFilters();
  fillList();
}

async function readRest() {
  await readAll().catch(() => {});
  if (!state.thread && !data.index.whole) fill(frame.main, overviewElement());
}

// A large store is asked more seldom, so that looking takes a tenth of the time at most.
live.start = async () => {
  if (data.index.whole) await live.whole;
  for (;;) {
    const began = performance.now();
    await lookForNews().catch(() => {});
    const took = performance.now() - began;
    await new Promise((wake) => { setTimeout(wake, Math.max(2000, 10 * took)); });
  }
};
