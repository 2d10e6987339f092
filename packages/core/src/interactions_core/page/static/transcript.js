// What was said on one branch, from the first turn to the newest under the chosen one.
// There are articles for what is seen; the space above and below stands for the others.

const BESIDE = 6;
const talk = { id: null, thread: null, content: null, path: [], high: [], usual: 0, drawn: new Map(), waits: new Set() };

function transcriptElement(thread, content) {
  const row = Math.max(0, Math.min(chosenRow(), thread.turns.length - 1));
  const path = thread.turns.length ? pathTo(thread, newestUnder(thread, row)) : [];
  Object.assign(talk, { id: state.thread, thread, content, path, high: [], usual: 0, drawn: new Map(), waits: new Set(), above: h("div"), below: h("div") });
  talk.feed = h("div", { class: "talk", role: "feed", "aria-label": counted(path.length, "turn") }, talk.above, talk.below);
  talk.scroll = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Transcript", onscroll: () => drawTalk() },
    path.length ? talk.feed : h("p.empty", "Nothing was answered in this thread yet."));
  return talk.scroll;
}

function articleElement(at) {
  const { thread, content, path } = talk, turn = thread.turns[path[at]];
  const siblings = turn.before >= 0 ? thread.turns[turn.before].children : [turn.row];
  const steps = stepsOf(content, turn.row);
  const place = siblings.indexOf(turn.row);
  const next = siblings[(place + 1) % siblings.length];
  if (steps === undefined) talk.waits.add(at); else talk.waits.delete(at);
  return h("article", { class: place > 0 ? "branch" : "", id: `a${turn.row}`, "aria-label": timeText(turn.at), "aria-posinset": at + 1, "aria-setsize": path.length, "aria-current": turn.row === chosenRow() ? "true" : null, onclick: () => choose(turn.row, true) },
    h("header", h("span", timeText(turn.at)), h("span", { class: turn.again ? "warn" : "" }, turn.reason), h("span", targetName(turn.target)), h("span", turnCost(turn)),
      siblings.length > 1 ? h("button", { onclick: (event) => { event.stopPropagation(); choose(next, false); } }, `Branch ${place + 1} of ${siblings.length}: next`) : null),
    steps ? stepElements(steps, turn.key, stepElement) : unsaid(steps));
}

// How high turns are: as they were drawn, or as others are.
function highOf(from, to) {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += talk.high[at] || talk.usual || 160;
  return sum;
}

function articleAt(y) {
  let at = 0;
  for (; at < talk.path.length - 1 && y >= highOf(at, at + 1); at += 1) y -= highOf(at, at + 1);
  return at;
}

// Draws what is seen, or what is about one turn.
function drawTalk(about) {
  const { scroll, path, waits } = talk;
  if (!path.length || !scroll.isConnected) return;
  if (about !== undefined) drawArticles(about, about);
  // Turns may be less high than others are, and then more of them are seen; where that is, is known once nothing moves.
  for (let tries = 0, isOther = about === undefined; isOther && tries < 5; tries += 1) holdStill(() => {
    const [first, last] = [0, scroll.clientHeight].map((y) => articleAt(scroll.scrollTop - 16 + y));
    isOther = drawArticles(first, last);
  });
  talk.feed.setAttribute("aria-busy", String(waits.size > 0));
  live.need();
}

function drawArticles(first, last) {
  const from = Math.max(0, first - BESIDE), to = Math.min(talk.path.length, last + BESIDE + 1);
  const { drawn, above, below, scroll } = talk;
  const before = drawn.size;
  let isOther = false;
  for (const [at, element] of drawn) {
    if (at >= from && at < to) continue;
    if (element.contains(document.activeElement)) scroll.focus({ preventScroll: true });
    element.remove();
    drawn.delete(at);
    talk.waits.delete(at);
  }
  let next = below;
  for (let at = to - 1; at >= from; at -= 1) {
    if (!drawn.has(at)) {
      drawn.set(at, articleElement(at));
      next.before(drawn.get(at));
      isOther = true;
    }
    next = drawn.get(at);
  }
  measureArticles();
  if (!talk.waits.size) talk.usual = talk.usual || highOf(from, to) / (to - from);
  above.style.height = `${highOf(0, from)}px`;
  below.style.height = `${highOf(to, talk.path.length)}px`;
  return isOther || before !== drawn.size;
}

const topOf = (element) => element.getBoundingClientRect().top;

// The first article that is seen.
function seenArticle() {
  const top = topOf(talk.scroll);
  return [...talk.feed.children].find((each) => each.id && each.getBoundingClientRect().bottom > top);
}

function measureArticles() {
  for (const [at, element] of talk.drawn) talk.high[at] = element.getBoundingClientRect().height;
}

// The chosen article, where any of it is seen.
function chosenSeen() {
  const element = talk.drawn.get(talk.path.indexOf(chosenRow()));
  if (!element) return null;
  const { top, bottom } = element.getBoundingClientRect(), around = talk.scroll.getBoundingClientRect();
  return bottom > around.top && top < around.bottom ? element : null;
}

// What is above may be of another height than it was thought to be; what is chosen and seen stays, or else what is seen first.
function holdStill(change) {
  const { scroll, path } = talk, chosen = chosenSeen(), seen = chosen || seenArticle(), y = seen && topOf(seen);
  const isEnd = scroll.scrollTop && !(chosen && chosenRow() !== path[path.length - 1]) && scroll.scrollTop + scroll.clientHeight > scroll.scrollHeight - 2;
  change();
  const moved = seen && seen.isConnected ? topOf(seen) - y : 0;
  if (isEnd) scroll.scrollTop = scroll.scrollHeight; else if (moved) scroll.scrollTop += moved;
}

// What was waited for takes its place.
function fillArticles() {
  const chosen = talk.path.indexOf(chosenRow()), isWaited = talk.waits.has(chosen) && topOf(talk.drawn.get(chosen)) < innerHeight;
  holdStill(() => {
    for (const at of talk.waits) {
      const element = talk.drawn.get(at), isInside = element.contains(document.activeElement);
      element.replaceChildren(...articleElement(at).childNodes);
      if (isInside) (element.querySelector("header button") || talk.scroll).focus({ preventScroll: true });
    }
    measureArticles();
  });
  drawTalk();
  if (isWaited) showArticle();
}

// Which turn is at the top, and where; `showPlace` leads there again.
function placeInTalk() {
  const seen = talk.scroll && talk.scroll.isConnected && talk.id === state.thread && seenArticle();
  return seen ? [talk.thread.turns[seen.id.slice(1)].key, topOf(seen)] : [];
}

function showPlace([key, y]) {
  const at = talk.path.indexOf(talk.thread.places.get(key));
  if (at < 0) { showArticle(); return; }
  drawTalk(at);
  talk.scroll.scrollTop += topOf(talk.drawn.get(at)) - y;
  drawTalk();
}

// Leads to the chosen turn; false where it is on another branch.
function showArticle() {
  const at = talk.path.indexOf(chosenRow());
  if (at < 0) return false;
  if (!talk.drawn.has(at)) drawTalk(at);
  for (const [each, element] of talk.drawn) element.ariaCurrent = each === at ? "true" : null;
  talk.drawn.get(at).scrollIntoView({ block: "nearest" });
  drawTalk();
  return true;
}
