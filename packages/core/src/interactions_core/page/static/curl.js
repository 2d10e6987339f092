// A turn as a command of curl, with no key in it: what was sent, on its parent.

function curlText(thread, content, turn) {
  const steps = stepsOf(content, turn.row);
  const [kind, name] = [turn.target.slice(0, turn.target.indexOf(":")), targetName(turn.target)];
  const body = { [kind]: name, input: steps.sent.map((step) => step.wire || { type: step.type, content: [{ type: "text", text: step.text }] }) };
  if (turn.link === "chained" && turn.before >= 0) body.previous_interaction_id = thread.turns[turn.before].key;
  if (turn.unstored) body.store = false;
  return ["curl -X POST 'https://generativelanguage.googleapis.com/v1beta/interactions' \\", "  -H \"x-goog-api-key: $GEMINI_API_KEY\" \\",
    "  -H 'Content-Type: application/json' \\", "  --data-binary @- <<'JSON'", JSON.stringify(body, null, 2), "JSON", ""].join("\n");
}

async function copyCurl(button) {
  const [thread, content] = [data.turns.get(state.thread), data.contents.get(state.thread)];
  const turn = thread && thread.turns[chosenRow()];
  if (!turn || state.hidden || data.index.hidden || !stepsOf(content, turn.row)) return;
  await copied(curlText(thread, content, turn));
  if (!button) return;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy as curl"; }, 1200);
}

async function copied(text) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = h("textarea", null, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
