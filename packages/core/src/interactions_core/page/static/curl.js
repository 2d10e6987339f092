// A turn as a command of curl, with no key in it: a server has it, and of a file the command that prints it.

function word(text) { return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`; }

async function copyCurl() {
  const [id, content, turn] = [state.thread, contentOf(state.thread), chosenTurn()];
  if (!turn || state.hidden || data.index.hidden || !stepsOf(content, turn.row)) return;
  const command = { text: `interactions replay ${word(turn.key)} --dry-run`, note: "" };
  const { text, note } = data.index.live ? await live.ask(`api/threads/${id}/curl?turn=${encodeURIComponent(turn.key)}`).catch(() => command) : command;
  if (text !== null) await copied(text);
  const place = document.getElementById("copied");
  if (place) place.textContent = note;
  const button = document.querySelector(".copy");
  if (!button || text === null) return;
  button.textContent = text === command.text ? "Copied a command that prints it" : "Copied";
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
