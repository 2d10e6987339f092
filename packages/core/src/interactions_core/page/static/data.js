// What is shown: from the file itself, or asked of the server it came from.

const data = { index: null, threads: new Map(), turns: new Map(), contents: new Map() };

// What a server does further, see `live.js`; a file has all that it shows.
const live = { need() {}, explain() {}, search() {}, start() {}, whole: null };

function inFile(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

// The newest threads at once: to read a large store takes longer.
async function loadIndex() { keepIndex(inFile("index") || await live.ask("api/threads?newest=1")); }

function keepIndex(index) {
  data.index = index;
  data.threads = new Map(index.threads.map((thread) => [thread.id, thread]));
}

// Threads that are there, and not here yet.
function countMissing() { return data.index.whole ? data.index.whole.threads - data.index.threads.length : 0; }

async function loadThread(id) {
  if (!data.turns.has(id)) {
    const raw = data.index.turns ? data.index.turns[id] : await live.ask(`api/threads/${id}`);
    data.turns.set(id, expanded(raw));
  }
  return data.turns.get(id);
}

function opened() { return data.turns.get(state.thread); }

function contentOf(id) {
  if (!data.contents.has(id)) data.contents.set(id, { why: {}, steps: [], turns: [], ...inFile(`c-${id}`) });
  return data.contents.get(id);
}

// Puts back what was left out because it is as usual.
function expanded(raw) {
  const turns = raw.turns.map((t, row) => ({
    row, key: t.k, at: raw.first + (t.at || 0), link: t.l || "chained",
    before: t.p === undefined ? row - 1 : t.p, branch: t.b || 0, reason: t.r || "continue",
    status: t.st || "completed", target: raw.targets[t.m || 0], used: t.u || null,
    total: (t.u || []).reduce((sum, count) => sum + count, 0),
    usd: t.c === undefined ? null : t.c, noPrice: t.np === undefined ? "" : raw.no_price[t.np], paid: t.a !== 0,
    sent: t.bs || 0, replay: t.rb || 0, steps: t.ss === undefined ? 1 : t.ss,
    attempts: t.a === undefined ? 1 : t.a, maybe: t.mb || 0, recovered: t.rec || [],
    again: Boolean(t.again), bad: Boolean(t.bad), expires: t.ex || null,
    gone: Boolean(t.gone), unstored: Boolean(t.un), who: t.who || "", job: t.j ? t.j - 1 : -1, x: t.x || 0,
    children: [],
  }));
  const branches = raw.lanes.map((lane, number) => ({ number, lane, rows: [], from: -1 }));
  for (const turn of turns) {
    const branch = branches[turn.branch];
    if (!branch.rows.length && turn.before >= 0) branch.from = turn.before;
    branch.rows.push(turn.row);
    if (turn.before >= 0) turns[turn.before].children.push(turn.row);
  }
  const answered = new Set(turns.map((turn) => turn.job));
  const loose = raw.jobs.filter((_, number) => !answered.has(number)).map((job, at) => ({ ...job, row: turns.length + at }));
  const places = new Map([...turns, ...loose].map((each) => [each.key, each.row]));
  return { ...raw, turns, branches, loose, order: inOrder(turns, loose), places, lanes: 1 + Math.max(0, ...raw.lanes) };
}

// All rows by time: turns, and jobs that came to none, which are numbered after them.
function inOrder(turns, loose) {
  const order = [...turns];
  for (const job of loose) {
    const at = order.findIndex((each) => each.at > job.at);
    order.splice(at < 0 ? order.length : at, 0, job);
  }
  return order;
}

function jobAt(thread, row) { return thread.loose[row - thread.turns.length]; }

// The turns that lead to one, with it, from the first.
function pathTo(thread, row) {
  const path = [];
  for (let at = row; at >= 0; at = thread.turns[at].before) path.push(at);
  return path.reverse();
}

// The newest turn below one.
function newestUnder(thread, row) {
  const under = new Set([row]);
  let newest = row;
  for (const turn of thread.turns.slice(row + 1)) {
    if (under.has(turn.before)) { under.add(turn.row); newest = turn.row; }
  }
  return newest;
}
