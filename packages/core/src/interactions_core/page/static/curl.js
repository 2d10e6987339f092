// A turn as a command of curl, with no key in it: what was sent, on its parent.

function curlText(thread, content, turn) {
  const steps = stepsOf(content, turn.row);
  const [kind, name] = [turn.target.slice(0, turn.target.indexOf(":")), targetName(turn.target)];
  const body = { [kind]: name, input: steps.sent.map((step) => step.wire || { type: step.type, content: [{ type: "text", text: step.text }] }) };
  if (turn.link === "chained" && turn.before >= 0) body.previous_interaction_id = thread.turns[turn.before].key;
  if (turn.unstored) body.store = false;
  return ["curl -X POST 'https://generativelanguage.googleapis.com/v1beta/interactions' \\", "  -H \"x-goog-api-key: $GEMINI_API_KEY\" \\",
    "  -H 'Content-Type: application/json' \\", "  --data-binary @- <<'JSON'", escaped(JSON.stringify(body, null, 2)), "JSON", ""].join("\n");
}

function word(text) { return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`; }

// What would do something to a terminal is written as JSON writes it.
function escaped(text) {
  return text.replace(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// Whether the page has all that was sent: no text is cut, no media are left out.
function isSendable(content, turn) {
  const whole = (step) => step.wire && step.characters === undefined && !/"\(\d+ characters\)"/.test(JSON.stringify(step.wire));
  const { sent, skipped } = stepsOf(content, turn.row);
  return !skipped && sent.every(whole);
}

async function copyCurl(button) {
  const [thread, content, turn] = [opened(), contentOf(state.thread), chosenTurn()];
  if (!turn || state.hidden || data.index.hidden || !stepsOf(content, turn.row)) return;
  const isWhole = isSendable(content, turn) && data.threads.get(state.thread).platform === "gemini";
  // What the page does not have whole, the command does.
  await copied(isWhole ? curlText(thread, content, turn) : `interactions replay ${word(turn.key)} --dry-run`);
  if (!button) return;
  button.textContent = isWhole ? "Copied" : "Copied a command that prints it";
  setTimeout(() => { button.textContent = "Copy as curl"; }, 1200);
}

async function copied(text) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = h("textarea", text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
