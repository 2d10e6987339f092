// What was said, as elements. The small Markdown makes no links and loads nothing.

function hiddenText(count, why = "hidden") { return h("span.hid", `${why} · ${counted(count, "character")}`); }

function lengthOf(step) { return step.characters === undefined ? [...(step.text || "")].length : step.characters; }

function isHidden(step) { return state.hidden || step.text === undefined; }

function stepElement(step, added, key) {
  const kind = { user_input: "user", thought: "thought" }[step.type] || "other";
  const who = SPEAKERS[step.type] || step.type;
  if (step.type === "thought" && !step.text && !step.characters) {
    return h("div.step", h("span.who", "Thought, not shown by the API"));
  }
  const label = `${who}${step.type === "thought" ? ", summary" : ""}${added ? " · added by us" : ""}`;
  return h("div", { class: `step ${kind}` }, h("span.who", label), said(step, key));
}

function said(step, key) {
  if (isHidden(step)) return hiddenText(lengthOf(step));
  const parts = [];
  if (/^function_/.test(step.type)) parts.push(h("pre", { tabindex: "0" }, step.text));
  else if (step.type === "model_output") parts.push(h("div.said", marked(step.text)));
  else parts.push(h("div.said", step.text));
  if (step.characters !== undefined && step.characters > [...step.text].length) {
    parts.push(h("div.more", step.text
      ? `First ${whole(step.text.length)} of ${whole(step.characters)} characters. All of it: interactions sessions show ${key} --steps`
      : "Only lengths and hashes are kept in this store; what was said is in the framework's messages."));
  }
  return parts;
}

function marked(text) {
  const blocks = [];
  // What would be thousands of elements is shown as it came.
  if (text.split(/[\n|`*]/).length > 999) return h("p", text);
  for (const part of text.split(/\n{2,}/)) {
    const lines = part.split("\n");
    if (/^```/.test(part)) blocks.push(h("pre", { tabindex: "0" }, part.replace(/^```.*\n?|\n?```$/g, "")));
    else if (/^#{1,6} /.test(part) && lines.length === 1) blocks.push(h("h4", inline(part.replace(/^#+ /, ""))));
    else if (lines.every((line) => /^[-*] /.test(line))) blocks.push(h("ul", lines.map((line) => h("li", inline(line.slice(2))))));
    else if (lines.every((line) => /^\d+[.)] /.test(line))) blocks.push(h("ol", lines.map((line) => h("li", inline(line.replace(/^\d+[.)] /, ""))))));
    else if (lines.length > 1 && lines.every((line) => /^\|.*\|$/.test(line.trim()))) blocks.push(markedTable(lines));
    else blocks.push(h("p", lines.flatMap((line, at) => (at ? ["\n", ...inline(line)] : inline(line)))));
  }
  return blocks;
}

function markedTable(lines) {
  const rows = lines.filter((line) => !/^\|[\s:|-]+\|$/.test(line.trim()))
    .map((line) => line.trim().slice(1, -1).split("|"));
  return h("table", rows.map((cells, at) => h("tr", cells.map((cell) => h(at ? "td" : "th", null, inline(cell.trim()))))));
}

function inline(text) {
  return text.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/).map((part) => {
    if (/^\*\*.+\*\*$/.test(part)) return h("strong", part.slice(2, -2));
    return /^`.+`$/.test(part) ? h("code", part.slice(1, -1)) : part;
  });
}

// What a turn has: the steps that were sent, those that came, which are ours, and how
// many before them are not here. Nothing is kept: null; not here yet: undefined.
function stepsOf(content, row) {
  const turn = content.turns[row];
  if (!turn) return turn;
  const [sent, held, ours, skipped] = turn;
  return { sent: sent.map((n) => content.steps[n]), held: held.map((n) => content.steps[n]), ours: new Set(ours), skipped: skipped || 0 };
}

// The last steps of a turn: one that sent everything again may have thousands.
function stepElements(steps, key, drawn, isSent) {
  const all = [...steps.sent.map((step, at) => [step, steps.ours.has(at)]), ...isSent ? [] : steps.held.map((step) => [step])];
  const left = steps.skipped + Math.max(0, all.length - MOST);
  return [left ? h("p.dim", `${whole(left)} steps before these are not shown. All of them: interactions sessions show ${key} --steps`) : null,
    all.slice(-MOST).map(([step, isOurs]) => drawn(step, isOurs, key))];
}

const MOST = 60;

function unsaid(steps) { return h("p.dim", steps === undefined ? "Loading …" : "Nothing of what was said is kept."); }

// Two lines of a turn: what was asked, and what came.
function lines(content, row) {
  const steps = stepsOf(content, row);
  if (!steps) return [null, null];
  const own = steps.sent.filter((_, at) => !steps.ours.has(at));
  const results = own.filter((step) => step.type === "function_result");
  const asked = own.filter((step) => step.type === "user_input").pop();
  const calls = steps.held.filter((step) => step.type === "function_call");
  const answer = steps.held.filter((step) => step.type === "model_output").pop();
  const first = asked && own[own.length - 1] === asked || !results.length ? asked || own[own.length - 1] : results[0];
  return [lineOf(first, false), answer ? lineOf(answer, false) : calls.length ? lineOf(calls[0], true, calls) : null];
}

function lineOf(step, isCall, all) {
  if (!step) return null;
  if (isHidden(step)) return { hidden: lengthOf(step) };
  if (!step.text && step.characters) return { hidden: step.characters, why: "not kept" };
  const text = (all || [step]).map((each) => each.text.slice(0, 200)).join(" ");
  return { text: text.replace(/\*\*|^#+ |`/g, "").replace(/\s+/g, " ").slice(0, 240), mono: isCall };
}

function lineElement(line, name) {
  if (!line) return h("span", { class: name }, "");
  if (line.hidden !== undefined) return h("span", { class: name }, hiddenText(line.hidden, line.why));
  return h("span", { class: `${name}${line.mono ? " mono" : ""}` }, line.text);
}
