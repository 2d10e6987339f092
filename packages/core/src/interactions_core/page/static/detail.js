// The panel: why first, then numbers, then what was said.

function detailElement() { return h("aside", { class: "detail", tabindex: "-1", "aria-label": "Turn" }); }

function fillDetail() {
  const [element, thread, content] = [frame.detail, opened(), contentOf(state.thread)];
  if (!thread) return;
  const turn = thread.turns[chosenRow()], { id } = document.activeElement;
  if (!turn) {
    const job = jobAt(thread, chosenRow());
    fill(element, job ? [h("h2", `Job ${jobWord(job)}`), h("p", { class: jobClass(job) }, jobNote(job)), jobFacts(job), askedOf(job, thread)]
      : [h("h2", "No turn selected"), h("p", "Choose one in the tree, or press j.")]);
    return;
  }
  const job = thread.jobs[turn.job];
  fill(element, h("div", { id: "why", "data-turn": turn.key }, whyElements(thread, content, turn)), amounts(turn), turnFacts(turn),
    job ? [h("h2", "Background job"), h("p", ""), jobFacts(job)] : null, costTable(turn), sheet(thread, content, turn));
  element.scrollTop = 0;
  if (/^tab-/.test(id)) refocus(document.getElementById(id));
  live.explain();
}

function amounts(turn) {
  if (!turn.paid) return h("p.cost", "Recorded here, paid for elsewhere.");
  const part = h("div", { class: "part", "aria-hidden": "true" }), inside = h("i", { class: turn.again ? "warn" : "" });
  const most = Math.max(turn.replay, turn.sent, 1);
  inside.style.width = `${Math.max(1, (turn.sent / most) * 100)}%`;
  part.append(inside);
  const text = turn.replay > turn.sent ? `${bytes(turn.sent)} sent of ${bytes(turn.replay)} that a replay sends` : `${bytes(turn.sent)} sent, ${counted(turn.steps, "step")}`;
  return [h("div", text), part];
}

function turnFacts(turn) {
  const isAgent = turn.target.startsWith("agent:");
  const left = turn.expires === null ? 0 : turn.expires - data.index.now;
  const billed = turn.maybe ? `${turn.maybe} may have been billed` : "none billed twice";
  return facts([
    ["When", timeText(turn.at)], [isAgent ? "Agent" : "Model", targetName(turn.target)], turn.who && ["Asked by", turn.who],
    ["Status", h("span", { class: turn.bad ? "fail" : "" }, turn.status.replaceAll("_", " "))],
    turn.attempts > 1 && ["Attempts", `${turn.attempts}, ${billed}`], turn.recovered.length && ["Worked around", turn.recovered.join(", ")],
    ["Expires", turn.unstored ? "not stored" : turn.gone ? h("span.warn", "gone at the server") : turn.expires === null ? "–" : left > 0 ? `${dayText(turn.expires)}, in ${span(left)}` : h("span.warn", `${span(-left)} ago`)],
    ["Interaction", h("span", { class: "mono", title: turn.key }, shortId(turn.key))],
  ]);
}

function deadlineOf(job) { return job.deadline > data.index.now ? `in ${span(job.deadline - data.index.now)}` : "over"; }

// What a reader of a thread has to know of a job; nothing where all is as usual.
function troubleText(job) {
  const ago = span(data.index.now - (job.failing ? job.failing[0] : 0));
  if (job.state === "lost") return "The answer to the create was lost. ";
  if (job.trouble === "unknown") return `The server has not known the run of this job for ${ago} (${job.failing[1]}). `;
  if (job.trouble === "unread") return `The run of this job could not be read for ${ago} (${job.failing[1]}). `;
  if (job.state === "nobody_waits") return "Nobody waits for this job. ";
  if (job.trouble === "late") return "This job takes longer than it should. ";
  return job.unclaimed ? "Nobody has taken the answer of this job. " : "";
}

function heldText(job) { return job.held >= data.index.now ? "now" : `until ${span(data.index.now - job.held)} ago`; }

function answeredText(job) { return job.answered === null ? "not known" : `${span(data.index.now - job.answered)} ago`; }

// What was asked, where no turn tells it.
function askedOf(job, thread) {
  const step = thread.asked[job.key];
  return step ? [h("h2", "Asked"), stepElement(step, false, job.key)] : null;
}

// What is wrong with a job, and what helps.
function jobNote(job) {
  const said = troubleText(job);
  if (!said) return [];
  if (job.state === "lost") return [h("strong", said), `Whether a run exists is not known, and it may be billed. Next: ${job.next}.`];
  const held = job.open ? `Held ${heldText(job)}, the server answered ${answeredText(job)}; deadline ${deadlineOf(job)}. ` : "";
  return [h("strong", said), `${held}Next: ${job.next}.`];
}

function jobFacts(job) {
  return facts([
    ["Job", h("span.mono", job.key)],
    ["Status", h("span", { class: jobClass(job) }, jobStanding(job))],
    ["Asked", timeText(job.at)], ...job.events.filter((event) => event[0] > job.at).map(([at, what, who]) => [`+${span(at - job.at)}`, who ? `${what}, ${who}` : what]),
    job.open ? ["Held", heldText(job)] : null, job.open ? ["Server answered", answeredText(job)] : null,
    job.open && job.failing ? [job.failing[1] === "404" ? "Not known since" : "Not read since", `${timeText(job.failing[0])} (${job.failing[1]})`] : null,
    job.open ? ["Deadline", deadlineOf(job)] : ["Ended", `${timeText(job.until)}, ${span(job.until - job.at)} after`], ["Creates sent", whole(job.attempts)],
    job.handed ? ["Handed on", timeText(job.handed)] : null, job.holder && ["Held by", job.holder], job.run && ["Run", h("span", { class: "mono", title: job.run }, shortId(job.run))],
  ]);
}

function costTable(turn) {
  if (!turn.paid) return null;
  const rows = (turn.used || []).map((count, at) => [KINDS[at], count]).filter(([, count]) => count).map(([[kind, word], count]) =>
    rowOf([kind === "fresh" && turn.again ? [swatch("again"), "fresh, sent again"] : [swatch(kind), word], whole(count), ""]));
  rows.push(rowOf(["total", whole(turn.total), turnCost(turn)], "all"));
  const unknown = turn.noPrice ? h("p.cost", `No price, or not of all of it: ${turn.noPrice}. Its tokens count; what it cost is in no sum.`) : null;
  return [table(["Tokens", "", "Cost"], rows), unknown, turn.link === "chained" ? h("p.dim", READ_AS_INPUT) : null];
}

function sheet(thread, content, turn) {
  const steps = stepsOf(content, turn.row);
  frame.waits = steps === undefined;
  if (!steps) return unsaid(steps);
  const names = state.view === "tree" ? ["rendered", "sent", "raw"] : ["sent", "raw"];
  const chosen = names.includes(state.sheet) ? state.sheet : names[0];
  const words = { rendered: "Rendered", sent: `Sent (${steps.skipped ? "last " : ""}${steps.sent.length}${earlier(steps, turn) ? ` of ${whole(turn.steps)}` : ""})`, raw: "Raw" };
  const tabs = names.map((name) => h("button", { role: "tab", id: `tab-${name}`, "aria-controls": "sheet", "aria-selected": String(name === chosen), onclick: () => chooseSheet(name) }, words[name]));
  const copy = state.hidden || data.index.hidden ? null : h("button", { class: "copy", title: "y", onclick: copyCurl }, "Copy as curl");
  return [h("div.sheet", h("div", { role: "tablist", "aria-label": "What was said" }, tabs), copy), h("p.dim", { id: "copied", role: "status" }),
    h("div", { id: "sheet", role: "tabpanel", tabindex: "0", "aria-labelledby": `tab-${chosen}` }, sheetBody(thread, steps, turn, chosen))];
}

// How many steps were sent before those that the turn itself keeps.
function earlier(steps, turn) { return turn.paid && !steps.skipped ? Math.max(0, turn.steps - steps.sent.length) : 0; }

function sheetBody(thread, steps, turn, name) {
  const raw = (step) => (isHidden(step) ? hiddenText(lengthOf(step)) : h("pre", { class: "raw", tabindex: "0" }, JSON.stringify(step.wire || { type: step.type, text: step.text }, null, 2)));
  const parent = name === "sent" && turn.link === "chained" && turn.before >= 0 ? h("p.dim", `On top of ${shortId(thread.turns[turn.before].key)}:`) : null;
  const before = earlier(steps, turn);
  const again = before ? h("p.dim", `${counted(turn.steps, "step")} ${turn.steps === 1 ? "was" : "were"} sent: ${steps.sent.length ? `${whole(before)} of earlier turns again, then these ${whole(steps.sent.length)}.` : "none of them is kept here."}`) : null;
  return [again, parent, stepElements(steps, turn.key, name === "raw" ? raw : stepElement, name === "sent")];
}
