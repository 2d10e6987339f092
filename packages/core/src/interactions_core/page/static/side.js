// The list of threads, its search and its filters.

const SHOWS = { "": "Show all", again: "Sent again", jobs: "With jobs", open: "Open jobs", soon: "Expires soon", unpriced: "No price" };
const WEEK = 7 * 86400;

// Flags of a thread, the most pressing first: words, colour.
function flagsOf(thread) {
  const [open, unattended, lost, failed, , unknown, late, unclaimed] = thread.jobs;
  const left = thread.expires === null ? Infinity : thread.expires - data.index.now;
  return [
    lost && ["submit lost", "fail"], unattended && ["job: nobody waits", "warn"],
    unknown && ["job: not known", "warn"], late && ["job: late", "warn"], unclaimed && ["answer not taken", "warn"],
    failed && ["job failed", "fail"], open > unattended + lost && ["job in progress", "run"],
    thread.again && [`${whole(thread.again)} sent again`, "warn"],
    left <= 0 ? ["expired", "warn"] : left < WEEK && [`expires in ${span(left)}`, "warn"],
    thread.forks && [counted(thread.forks, "fork"), ""],
  ].filter(Boolean);
}

// What a thread goes by; without an id that is its first words.
function nameOf(thread) {
  return state.hidden && !thread.thread ? `${FRAMEWORKS[thread.label[0]] || "A"} conversation` : thread.name;
}

function isShown(thread) {
  if (state.tenant && (thread.tenant || "(none)") !== state.tenant) return false;
  if (state.model && !thread.targets.some((target) => targetName(target) === state.model)) return false;
  const [open, , lost, , ended] = thread.jobs;
  const left = thread.expires === null ? Infinity : thread.expires - data.index.now;
  const wanted = { "": true, again: thread.again, jobs: open || lost || ended, open: open || lost, soon: left < WEEK, unpriced: thread.unpriced };
  return Boolean(wanted[state.show]) && (!state.q || isFound(thread));
}

function isFound(thread) {
  const words = state.q.toLowerCase();
  const names = [nameOf(thread), thread.key, thread.tenant, thread.label[1], thread.newest, ...thread.targets];
  if (names.some((name) => (name || "").toLowerCase().includes(words))) return true;
  if (state.found && state.found.q === state.q && state.found.ids.has(thread.id)) return true;
  return foundIn(thread.id, words);
}

function foundIn(id, words) {
  const turns = data.index.turns && data.index.turns[id];
  if (turns && turns.turns.some((turn) => turn.k.toLowerCase().includes(words))) return true;
  const content = data.index.live ? data.contents.get(id) : contentOf(id);
  return Boolean(content) && !state.hidden && content.steps.some((step) => (step.text || "").toLowerCase().includes(words));
}

function choice(label, value, options, choose) {
  return h("select", { "aria-label": label, onchange: (event) => choose(event.target.value) },
    options.map(([each, text]) => h("option", { value: each, selected: each === value }, text)));
}

const side = { list: null, filters: null, told: "", most: 200 };

function fillFilters() {
  const tenants = [...new Set(data.index.threads.map((thread) => thread.tenant || "(none)"))].sort();
  const models = [...new Set(data.index.threads.flatMap((thread) => thread.targets.map(targetName)))].sort();
  const told = JSON.stringify([tenants, models]);
  // Whoever is choosing is not disturbed by what stays the same.
  if (told === side.told) return;
  side.told = told;
  const had = document.activeElement.ariaLabel, change = (name) => (value) => { state[name] = value; writeAddress(true); fillList(); };
  fill(side.filters,
    choice("Tenant", state.tenant, [["", "Tenant"], ...tenants.map((each) => [each, each])], change("tenant")),
    choice("Model", state.model, [["", "Model"], ...models.map((each) => [each, each])], change("model")),
    choice("Show", state.show, Object.entries(SHOWS), change("show")));
  refocus([...side.filters.children].find((each) => each.ariaLabel === had));
}

function sideElement() {
  side.input = h("input", { type: "search", id: "search", value: state.q, placeholder: "Search threads, ids and text  /", "aria-label": "Search threads, ids and text", oninput: (event) => search(event.target.value) });
  side.list = h("nav", { class: "list", "aria-label": "Threads" });
  side.filters = h("div.filters");
  side.form = h("form", { role: "search", onsubmit: (event) => { event.preventDefault(); nextOf(isHit); } }, side.input, side.filters);
  fillFilters();
  fillList();
  return h("div.side", side.form, side.list);
}

function shownThreads() { return data.index.threads.filter(isShown); }

function fillList() {
  const shown = shownThreads(), had = document.activeElement.dataset.thread;
  const items = [];
  if (data.index.threads.length > 1) items.push(overviewItem());
  let group = "";
  for (const thread of shown.slice(0, side.most)) {
    const age = data.index.now - thread.last;
    const day = age < 86400 ? "Last 24 hours" : age < 172800 ? "Yesterday" : "Earlier";
    if (day !== group) items.push(h("h3", day));
    group = day;
    items.push(threadItem(thread));
  }
  if (shown.length > side.most) items.push(h("button", { onclick: showMore }, `${whole(shown.length - side.most)} more`));
  const missing = countMissing();
  if (missing) items.push(h("p.empty", `Reading ${counted(missing, "older thread")} …`));
  else if (!shown.length) items.push(h("p.empty", data.index.threads.length ? "No thread matches. Change the filters or clear the search." : NO_SESSIONS));
  const at = side.list.scrollTop;
  fill(side.list, items);
  side.list.scrollTop = at;
  if (had !== undefined) refocus([...side.list.children].find((each) => each.dataset.thread === had));
}

function showMore() {
  side.most += 200;
  fillList();
  refocus(side.list.querySelectorAll("a")[side.most - 199]);
}

function overviewItem() {
  return h("a", { class: "item", href: addressOf(null), "data-thread": "", "aria-current": state.thread ? null : "page" },
    h("span.name", "Overview"), h("span.num", sumCost(totalOf())));
}

function threadItem(thread) {
  const flags = flagsOf(thread).slice(0, 2);
  const model = thread.targets.length ? targetName(thread.targets[0]) : "";
  // What has no thread goes by what was asked, which agents of a team may share.
  const words = [thread.tenant, !thread.thread && thread.label[1]].filter(Boolean);
  const told = flags.length ? flags.map(([text, tone]) => h("span", { class: tone }, text)) : [model].filter(Boolean);
  const parts = [...words, ...told].flatMap((part, at) => (at ? [" · ", part] : [part]));
  const name = nameOf(thread);
  return h("a", { class: "item", href: addressOf(thread.id), "data-thread": thread.id, "aria-current": state.thread === thread.id ? "page" : null },
    h("span", { class: thread.thread ? "name" : "said", title: name }, name), h("span.num", sumCost(thread)),
    h("small", parts), h("small.num", thread.turns ? counted(thread.turns, "turn") : ""));
}

// What all threads come to.
function totalOf() {
  const { threads, whole: told } = data.index;
  if (told) return told;
  const total = { turns: 0, again: 0, tokens: 0, usd: 0, again_usd: 0, unpriced: 0 };
  for (const thread of threads) {
    for (const name of Object.keys(total)) total[name] += thread[name] || 0;
  }
  if (total.turns && total.unpriced === total.turns && !total.usd) total.usd = null;
  return total;
}

function search(words) {
  state.q = words;
  writeAddress(true);
  fillList();
  if (state.thread) redraw();
  live.search(words);
}
