// The panel: why first, then numbers, then what was said.

function detailElement() { return h("aside", { class: "detail", tabindex: "-1", "aria-label": "Turn" }); }

function fillDetail(element, thread, content) {
  const turn = thread.turns[chosenRow()];
  if (!turn) {
    const job = jobAt(thread, chosenRow());
    fill(element, job ? [h("h2", null, `Job ${jobWord(job)}`), jobNote(job), jobFacts(job)]
      : [h("h2", null, "No turn selected"), h("p", null, "Choose one in the tree, or press j.")]);
    return;
  }
  const job = thread.jobs[turn.job];
  fill(element, h("div", { id: "why", "data-turn": turn.key }, whyElements(thread, content, turn)), amounts(turn), turnFacts(turn),
    job ? [h("h2", null, "Background job"), h("p", null, ""), jobFacts(job)] : null, costTable(turn), sheet(thread, content, turn));
  element.scrollTop = 0;
  explainChosen();
}

function amounts(turn) {
  if (!turn.paid) return h("p", { class: "cost" }, "Recorded here, paid for elsewhere.");
  const part = h("div", { class: "part", "aria-hidden": "true" }), inside = h("i", { class: turn.again ? "warn" : "" });
  const most = Math.max(turn.replay, turn.sent, 1);
  inside.style.width = `${Math.max(1, (turn.sent / most) * 100)}%`;
  part.append(inside);
  const text = turn.replay > turn.sent ? `${bytes(turn.sent)} sent of ${bytes(turn.replay)} that a replay sends` : `${bytes(turn.sent)} sent, ${counted(turn.steps, "step")}`;
  return [h("div", null, text), part];
}

function turnFacts(turn) {
  const isAgent = turn.target.startsWith("agent:");
  const left = turn.expires === null ? 0 : turn.expires - data.index.now;
  const billed = turn.maybe ? `${turn.maybe} may have been billed` : "none billed twice";
  return facts([
    ["When", timeText(turn.at)], [isAgent ? "Agent" : "Model", targetName(turn.target)], turn.who && ["Asked by", turn.who],
    ["Status", h("span", { class: turn.bad ? "fail" : "" }, turn.status.replaceAll("_", " "))],
    turn.attempts > 1 && ["Attempts", `${turn.attempts}, ${billed}`], turn.recovered.length && ["Worked around", turn.recovered.join(", ")],
    ["Expires", turn.unstored ? "not stored" : turn.gone ? h("span", { class: "warn" }, "gone at the server") : turn.expires === null ? "–" : left > 0 ? `${dayText(turn.expires)}, in ${span(left)}` : h("span", { class: "warn" }, `${span(-left)} ago`)],
    ["Interaction", h("span", { class: "mono", title: turn.key }, shortId(turn.key))],
  ]);
}

function jobNote(job) {
  const { now } = data.index;
  if (job.state === "lost") return h("p", { class: "fail" }, "The answer to the create was lost. Whether a run exists is not known, and it may be billed. The next call begins anew.");
  if (job.state !== "nobody_waits") return h("p", null, "");
  const left = job.deadline - now;
  return h("p", { class: "warn" }, `Nobody waits for this job. It was last heard of ${span(now - job.heard)} ago; deadline ${left > 0 ? `in ${span(left)}` : "over"}. Resume it with `, h("code", null, "interactions jobs watch"), ".");
}

function jobFacts(job) {
  return facts([
    ["Job", h("span", { class: "mono" }, job.key)],
    ["Status", h("span", { class: jobClass(job) }, `${jobWord(job)}${job.state === "nobody_waits" ? ", nobody waits" : ""}`)],
    ["Asked", timeText(job.at)], ...job.events.filter((event) => event[0] > job.at).map(([at, what, who]) => [`+${span(at - job.at)}`, who ? `${what}, ${who}` : what]),
    job.open ? ["Last heard of", `${span(data.index.now - job.heard)} ago`] : ["Ended", `${timeText(job.until)}, ${span(job.until - job.at)} after`],
    job.open && ["Deadline", job.deadline > data.index.now ? `in ${span(job.deadline - data.index.now)}` : "over"], ["Creates sent", whole(job.attempts)],
    job.handed ? ["Handed on", timeText(job.handed)] : null, job.holder && ["Held by", job.holder], job.run && ["Run", h("span", { class: "mono", title: job.run }, shortId(job.run))],
  ]);
}

function costTable(turn) {
  if (!turn.paid) return null;
  const rows = (turn.used || []).map((count, at) => [KINDS[at], count]).filter(([, count]) => count).map(([[kind, word], count]) =>
    h("tr", null, h("td", null, swatch(kind === "fresh" && turn.again ? "again" : kind), kind === "fresh" && turn.again ? "fresh, sent again" : word), h("td", null, whole(count)), h("td", null, "")));
  rows.push(h("tr", { class: "all" }, h("td", null, "total"), h("td", null, whole(turn.total)), h("td", null, turnCost(turn))));
  const unknown = turn.usd === null ? h("p", { class: "cost" }, `No price is known for ${targetName(turn.target)}; its tokens count, its cost is left out of every sum.`) : null;
  return [table(["Tokens", "", "Cost"], rows), unknown];
}

function sheet(thread, content, turn) {
  const steps = stepsOf(content, turn.row);
  if (!steps) return h("p", { class: "dim" }, content ? "Nothing of what was said is kept." : "Loading …");
  const names = state.view === "tree" ? ["rendered", "sent", "raw"] : ["sent", "raw"];
  const chosen = names.includes(state.sheet) ? state.sheet : names[0];
  const words = { rendered: "Rendered", sent: `Sent (${steps.sent.length})`, raw: "Raw" };
  const tabs = names.map((name) => h("button", { role: "tab", id: `tab-${name}`, "aria-controls": "sheet", "aria-selected": String(name === chosen), onclick: () => chooseSheet(name) }, words[name]));
  const copy = state.hidden || data.index.hidden ? null : h("button", { class: "copy", title: "y", onclick: (event) => copyCurl(event.currentTarget) }, "Copy as curl");
  return [h("div", { class: "sheet" }, h("div", { role: "tablist", "aria-label": "What was said" }, tabs), copy),
    h("div", { id: "sheet", role: "tabpanel", tabindex: "0", "aria-labelledby": `tab-${chosen}` }, sheetBody(thread, steps, turn, chosen))];
}

function sheetBody(thread, steps, turn, name) {
  const element = (step, at) => stepElement(step, steps.ours.has(at), turn.key);
  if (name === "raw") return [...steps.sent, ...steps.held].map((step) => (isHidden(step) ? hiddenText(lengthOf(step)) : h("pre", { class: "raw", tabindex: "0" }, JSON.stringify(step.wire || { type: step.type, text: step.text }, null, 2))));
  if (name === "sent") {
    const parent = turn.link === "chained" && turn.before >= 0 ? h("p", { class: "dim" }, `On top of ${shortId(thread.turns[turn.before].key)}:`) : null;
    return [parent, steps.sent.map(element)];
  }
  return [steps.sent.map(element), steps.held.map((step) => stepElement(step, false, turn.key))];
}
