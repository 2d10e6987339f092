// Puts the regions together, and follows the address.

const frame = { app: document.getElementById("app"), panes: null, bar: null, detail: null, shown: null };

function chosenRow() {
  const thread = opened();
  const row = thread ? thread.places.get(state.turn) : undefined;
  return row === undefined ? -1 : row;
}

function chosenTurn() { return opened() && opened().turns[chosenRow()]; }

function setStep(step) {
  state.step = step;
  const alone = data.index.threads.length === 1;
  frame.panes.className = `panes ${alone ? "alone" : ""} at-${step}`;
  document.body.classList.toggle("thread-open", Boolean(state.thread) && !(alone && step === "thread"));
  const thread = data.threads.get(state.thread);
  frame.back.textContent = `‹ ${step === "turn" && thread && innerWidth < 760 ? nameOf(thread) : "Threads"}`;
}

function whereText() {
  const { store, now, tenant } = data.index;
  return [store, tenant !== null && `tenant ${tenant || "(none)"} only`, timeText(now)].filter(Boolean).join(" · ");
}

function topElement() {
  const { hidden } = data.index;
  frame.back = h("button", { class: "back", onclick: back }, "‹ Threads");
  frame.where = h("span.where", whereText());
  frame.hide = h("button", { class: "do", "aria-pressed": String(state.hidden), onclick: toggleHidden, title: data.index.live ? "Hidden in this view" : "Hidden here, still in this file." }, state.hidden ? "Content hidden" : "Hide content");
  frame.theme = h("button", { class: "do small", onclick: toggleTheme }, isDark() ? "Light" : "Dark");
  return h("header.bar", frame.back, h("a", { class: "home", href: "#/", onclick: (event) => { event.preventDefault(); openOverview(); } }, "Sessions"), frame.where,
    hidden ? h("span.dim", "Written without content") : frame.hide, frame.theme, h("button", { class: "do small", onclick: showKeys }, "Keys ", h("kbd", "?")));
}

function isDark() { return document.documentElement.dataset.theme === "dark"; }

function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  frame.theme.textContent = isDark() ? "Light" : "Dark";
  repaint();
}

// What is drawn has no style that would change with the colours.
function repaint() {
  tones.clear();
  if (state.thread) drawAxis();
}

function toggleHidden() {
  if (data.index.hidden) return;
  state.hidden = !state.hidden;
  frame.hide.setAttribute("aria-pressed", String(state.hidden));
  frame.hide.textContent = state.hidden ? "Content hidden" : "Hide content";
  fillList();
  if (state.thread) redraw(); else openOverview();
}

function openOverview() {
  if (data.index.threads.length === 1) { openThread(data.index.threads[0].id, null); return; }
  frame.wanted = null;
  Object.assign(state, { thread: null, turn: null });
  document.title = "Sessions";
  writeAddress(false);
  fill(frame.main, overviewElement());
  frame.detail.hidden = true;
  setStep("list");
  fillList();
}

async function openThread(id, turn, isBack) {
  frame.wanted = id;
  if (!data.threads.has(id)) await live.whole;
  // Another one was chosen while this one was waited for.
  if (frame.wanted !== id) return;
  if (!data.threads.has(id)) { openOverview(); return; }
  const other = id !== state.thread;
  Object.assign(state, { thread: id, turn: null });
  const thread = await loadThread(id);
  if (state.thread !== id) return;
  state.turn = turn && thread.places.has(turn) ? turn : keyToOpen(thread);
  if (!isBack) writeAddress(!other, "thread");
  setStep(turn && innerWidth < 760 && isBack && stepBefore() !== "thread" ? "turn" : "thread");
  fillList();
  redraw();
  if (state.view !== "tree") showArticle();
  if (innerWidth >= 760) region().focus({ preventScroll: true });
  if (state.q && !turn) live.search(state.q, true);
}

// A thread opens at what is searched for, its first open job, its first replay, or its newest turn.
function keyToOpen(thread) {
  const hit = thread.turns.find(isHit);
  if (hit) return hit.key;
  const job = thread.jobs.findIndex((each) => each.open);
  const open = job < 0 ? null : thread.turns.find((turn) => turn.job === job) || thread.jobs[job];
  const found = open || thread.turns.find((turn) => turn.again) || thread.order[thread.order.length - 1];
  return found ? found.key : null;
}

// Where the turns are, which has the keyboard.
function region() { return state.view === "tree" ? tree.rows : talk.scroll; }

function redraw() {
  const thread = opened(), content = contentOf(state.thread);
  if (!thread) return;
  const told = data.threads.get(state.thread), place = placeInTalk();
  const { id } = document.activeElement, isInside = frame.main.contains(document.activeElement);
  document.title = `${nameOf(told)} · Sessions`;
  const isTree = state.view === "tree";
  const body = isTree ? treeElement(thread, content) : transcriptElement(thread, content);
  fill(frame.main, headElement(told, thread), noteElement(told, thread, content), isTree ? axisElement(thread) : null, toolsElement(), body);
  frame.detail.hidden = false;
  fillDetail();
  if (isTree) { drawAxis(); showRow(chosenRow(), true); drawRows(); drawChosen(); } else showPlace(place);
  if (isInside) refocus((id && document.getElementById(id)) || region());
}

function headElement(told, thread) {
  const left = told.expires === null ? null : told.expires - data.index.now;
  const parts = [told.tenant, FRAMEWORKS[told.label[0]] || told.label[0], told.label[1], told.targets.map(targetName).join(", "), left === null ? "" : left > 0 ? `expires in ${span(left)}` : `expired ${span(-left)} ago`];
  const totals = [["Turns", whole(told.records || thread.turns.length), ""], told.again && ["Sent again", whole(told.again), "warn"], ["Tokens", tokens(told.tokens), ""], ["Cost", sumCost(told), ""]];
  return h("div.head", h("div", h("h1", nameOf(told)), h("p", parts.filter(Boolean).join(" · "))),
    h("dl.totals", totals.filter(Boolean).map(([word, value, tone]) => h("div", h("dt", word), h("dd", { class: tone }, value)))));
}

function noteElement(told, thread, content) {
  const job = thread.jobs.find((each) => each.state === "lost") || thread.jobs.find(troubleText);
  if (job) return h("p", { class: `note ${job.state === "lost" ? "bad" : ""}` }, jobNote(job), job.unclaimed ? notCounted(told) : "");
  if (told.again < 2 || told.again * 2 <= told.turns) return null;
  const cost = told.again_usd === null ? "" : ` ${usd(told.again_usd)} so far.`;
  return h("p.note", h("strong", `${whole(told.again)} of ${counted(told.turns, "turn")} were sent in full.`), sameStep(thread, content), cost);
}

// Which step it is that is another one with every call, as far as calls are explained.
function sameStep(thread, content) {
  const why = thread.turns.filter((turn) => turn.again).map((turn) => content.why[turn.key]).filter(Boolean);
  const steps = new Set(why.map((told) => told.difference ? told.difference.step : 0));
  const [step] = steps;
  return why.length > 1 && steps.size === 1 && step ? ` Step ${step} changes with every call, so no earlier answer can be continued.` : "";
}

function pressed(names, chosen, choose_, label) {
  return h("div", { class: "tabs", role: "group", "aria-label": label }, names.map((name) =>
    h("button", { id: `do-${name}`, "aria-pressed": String(name === chosen), onclick: () => choose_(name) }, name.charAt(0).toUpperCase() + name.slice(1))));
}

function toolsElement() {
  const isTree = state.view === "tree";
  return h("div.tools", pressed(["tree", "transcript"], state.view, setView, "View"),
    isTree ? pressed(["tokens", "cost", "bytes"], state.metric, (name) => { state.metric = name; redraw(); }, "Strip") : null,
    isTree ? choice("Highlight", state.highlight, Object.entries(HIGHLIGHTS).map(([name, text]) => [name, `Highlight: ${text}`]), (name) => { state.highlight = name; redraw(); }) : null);
}

function setView(view) {
  if (!state.thread) return;
  state.view = view;
  redraw();
}

function chooseSheet(name) {
  state.sheet = name;
  fillDetail();
}

function choose(row, isTouched) {
  const thread = opened();
  const chosen = thread && (thread.turns[row] || jobAt(thread, row));
  if (!chosen) return;
  state.turn = chosen.key;
  const opens = isTouched && innerWidth < 760 && state.step !== "turn";
  writeAddress(!opens, opens ? "turn" : stepBefore());
  if (state.view === "tree") { showRow(row, false); drawRows(); drawChosen(); } else if (!showArticle()) { redraw(); showArticle(); return; }
  fillDetail();
  if (isTouched && innerWidth < 760) { setStep("turn"); frame.detail.focus(); }
}

function back() {
  if (!state.thread) return;
  if (stepBefore() === "turn") { history.back(); return; }
  if (innerWidth < 760 && state.step === "turn") { setStep("thread"); redraw(); return; }
  const id = state.thread;
  openOverview();
  const item = side.list && [...side.list.querySelectorAll("a.item")].find((each) => each.dataset.thread === id);
  if (item) item.focus();
}

function follow() {
  const [thread, turn] = readAddress();
  if (side.input) side.input.value = state.q;
  if (!thread) openOverview(); else openThread(thread, turn, true);
}

// Whatever names a thread leads there; the side list and the overview are links.
function onClick(event) {
  const item = event.target.closest("[data-thread]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (item.dataset.thread) openThread(item.dataset.thread, null);
  else { openOverview(); if (innerWidth < 760) setStep("over"); }
}

function beforePrint() {
  const plain = document.getElementById("plain");
  if (!plain || document.querySelector(".printed")) return;
  const parsed = new DOMParser().parseFromString(plain.textContent, "text/html");
  if (state.hidden) hideTexts(parsed);
  document.body.append(h("div.printed", [...parsed.body.childNodes].map((node) => document.adoptNode(node))));
  document.body.classList.add("printing");
}

function hideTexts(parsed) {
  for (const each of parsed.querySelectorAll("pre")) each.textContent = "hidden";
  for (const thread of data.index.threads) {
    for (const each of parsed.querySelectorAll(`[href="#${thread.id}"], [id="${thread.id}"]`)) each.textContent = nameOf(thread);
  }
}

function afterPrint() {
  for (const each of document.querySelectorAll(".printed")) each.remove();
  document.body.classList.remove("printing");
}

async function start() {
  document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  await loadIndex();
  readAddress();
  frame.main = h("main.main");
  frame.detail = detailElement();
  frame.panes = h("div.panes", sideElement(), frame.main, frame.detail);
  fill(frame.app, topElement(), frame.panes);
  // One thread has no list beside it, but is searched.
  if (data.index.threads.length === 1) frame.where.after(side.form);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  addEventListener("popstate", follow);
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
  let resizing = 0;
  addEventListener("resize", () => { cancelAnimationFrame(resizing); resizing = requestAnimationFrame(() => { if (state.thread) { setStep(state.step); redraw(); } }); });
  matchMedia("(forced-colors: active)").addEventListener("change", repaint);
  if (data.index.whole) live.whole = readRest();
  follow();
  live.start();
}

start();
