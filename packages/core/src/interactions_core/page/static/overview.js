// The first screen: what needs somebody now, and where the money went.

function overviewElement() {
  const { threads, sums } = data.index;
  const total = totalOf();
  const parts = [h("h1", "Overview"), h("p", summary(threads.length + countMissing(), total))];
  if (countMissing()) return h("div", { class: "over", tabindex: "-1" }, parts, h("p.dim", READING));
  parts.push(h("h2", "Needs attention"), careElement(threads));
  if (threads.length > 1) parts.push(h("h2", "Most expensive threads"), sumsTable(dearest(threads), threadLink), total.tokens ? h("p.dim", READ_AS_INPUT) : null);
  if (sums.day) parts.push(h("div.two",
    h("section", h("h2", "Cost by day"), daysElement(sums.day)),
    h("section", h("h2", "Cost by model or agent"), sumsTable(sums.model, targetName)),
    h("section", h("h2", "Cost by tenant"), sumsTable(sums.session, (name) => name || "(none)")),
    h("section", h("h2", "Cost by reason"), sumsTable(sums.reason_again, String))));
  return h("div", { class: "over", tabindex: "-1" }, parts);
}

function summary(count, total) {
  if (!count) return NO_SESSIONS;
  const least = total.unpriced ? "At least " : "";
  const again = total.again_usd ? `, of it ${usd(total.again_usd)} for turns that were sent again` : "";
  const cost = total.usd === null ? "" : ` ${least}${usd(total.usd)}${again}.`;
  const unknown = total.unpriced ? ` ${data.index.no_price}` : "";
  return `${counted(count, "thread")}, ${counted(total.turns, "turn")}, ${tokens(total.tokens)} tokens.${cost}${unknown}`;
}

function threadLink(thread) {
  return h("a", { href: addressOf(thread.id), "data-thread": thread.id }, nameOf(thread));
}

// What has no price is after all that has one.
function dearest(threads) {
  const cost = (thread) => (thread.usd === null ? -1 : thread.usd);
  return threads.filter((thread) => thread.turns).sort((a, b) => cost(b) - cost(a)).slice(0, 5).map((thread) => [thread, thread]);
}

function careElement(threads) {
  const { now } = data.index;
  const cares = [];
  for (const thread of threads) {
    const [, unattended, lost, failed, , unknown, late, unclaimed] = thread.jobs;
    if (lost) cares.push([0, thread, "Submit lost", "fail", "Nobody knows whether the run exists. The job says what the next call does."]);
    if (unattended) cares.push([1, thread, "Nobody waits", "warn", "A run may go on at the server. Call again, or have its answer kept: interactions jobs watch"]);
    if (unknown) cares.push([1, thread, "Not known", "warn", "For a minute or longer the server has not known the run of a job, or could not be asked. The job says since when, and what to do."]);
    if (late) cares.push([1, thread, "Late", "warn", "A run takes longer than it should, or its deadline is near."]);
    if (unclaimed) cares.push([1, thread, "Not taken", "warn", `The answer is there and nobody has taken it. Run the graph again with graph.invoke(None, config), or ask the same again.${notCounted(thread)}`]);
    if (failed) cares.push([2, thread, "Job failed", "fail", `Last turn or job ${span(now - thread.last)} ago.`]);
    if (thread.again > 1 && thread.again * 2 > thread.turns) cares.push([3, thread, "Sent again", "warn", `${whole(thread.again)} of ${counted(thread.turns, "turn")}. ${thread.again_usd === null ? "No price." : `${usd(thread.again_usd)}.`} Open it for why.`]);
  }
  const open = threads.filter((thread) => thread.expires !== null);
  const gone = open.filter((thread) => thread.expires <= now);
  const soon = open.filter((thread) => thread.expires > now && thread.expires < now + WEEK).sort((a, b) => a.expires - b.expires);
  if (gone.length) cares.push([4, gone[0], "Expired", "warn", `${gone.length > 1 ? `${whole(gone.length)} threads; this one ` : "The server forgot it "}${span(now - gone[0].expires)} ago. The next turn sends everything once.`]);
  if (soon.length) cares.push([5, soon[0], "Expires", "warn", soon.length > 1 ? `${whole(soon.length)} threads expire within 7 days, this one first.` : `In ${span(soon[0].expires - now)}.`]);
  if (!cares.length) return h("p.dim", "Nothing. No job is stuck, no thread expires within 7 days.");
  cares.sort((a, b) => a[0] - b[0] || (a[0] === 3 ? (b[1].again_usd || 0) - (a[1].again_usd || 0) : 0));
  return [h("table.sums.care", h("tbody", cares.slice(0, MOST_ROWS).map(([, thread, word, tone, text]) =>
    rowOf([threadLink(thread), h("span", { class: tone }, word), text])))), moreElement(cares)];
}

// What was paid for answers that nobody has taken is in no sum.
function notCounted(thread) {
  const { owed } = thread;
  return owed && owed.turns ? ` Not yet counted: ${tokens(owed.tokens)} tokens, ${sumCost(owed)}.` : "";
}

function daysElement(days) {
  const shown = days.slice(-14);
  const most = Math.max(...shown.map(([, sums]) => sums.usd || 0), 1e-9);
  const bars = shown.map(([day, sums]) => {
    const again = h("i.again"), once = h("i");
    const part = Math.min(sums.again_usd || 0, sums.usd || 0);
    again.style.height = `${(part / most) * 100}px`;
    once.style.height = `${Math.max(1, ((sums.usd || 0) - part) / most * 100)}px`;
    const at = Date.parse(`${day}T00:00:00Z`) / 1000;
    return h("div", h("span", sums.usd === null ? "–" : sumCost(sums)), again, once, h("span", dayText(at)));
  });
  return [h("div.days", bars), h("p.key", h("span", swatch("fresh"), "sent once"), h("span", swatch("again"), "sent again"))];
}

const MOST_ROWS = 40;

// What is left out of a long table; the command has all of it.
function moreElement(rows) {
  return rows.length > MOST_ROWS ? h("p.dim", `${whole(rows.length - MOST_ROWS)} more: interactions sessions list`) : null;
}

function sumsTable(rows, named) {
  const cells = rows.slice(0, MOST_ROWS).map(([name, sums]) => rowOf([named(name), whole(sums.turns), tokens(sums.tokens),
    sums.again ? h("span.warn", sums.again_usd === null ? "no price" : usd(sums.again_usd)) : "–", sumCost(sums)]));
  return [table(["", "Turns", "Tokens", "Sent again", "Cost"], cells), moreElement(rows)];
}
