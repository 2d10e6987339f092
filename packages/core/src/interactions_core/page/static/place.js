// Where somebody is: the address, and what is chosen.

const state = {
  thread: null, turn: null, step: "list", view: "tree", metric: "tokens", highlight: "all",
  hidden: false, q: "", tenant: "", model: "", show: "", sheet: "rendered", keys: true,
  found: null,
};

const FILTERS = ["q", "tenant", "model", "show"];

function addressOf(thread, turn) {
  const asked = new URLSearchParams();
  for (const name of FILTERS) if (state[name]) asked.set(name, state[name]);
  const path = thread ? `/${encodeURIComponent(thread)}${turn ? `/${encodeURIComponent(turn)}` : ""}` : "/";
  return `#${path}${asked.size ? `?${asked}` : ""}`;
}

function readAddress() {
  const [path, asked] = location.hash.slice(1).split("?");
  const [, thread, turn] = (path || "").split("/").map((part) => decodeURIComponent(part || ""));
  const given = new URLSearchParams(asked || "");
  for (const name of FILTERS) state[name] = given.get(name) || "";
  return [thread || null, turn || null];
}

// The newest place counts for Back only where a thread was opened, or a turn on a phone.
function writeAddress(replace, step) {
  const address = addressOf(state.thread, state.turn);
  if (address === location.hash && (replace || step !== "turn")) return;
  history[replace ? "replaceState" : "pushState"]({ step }, "", address);
}

function stepBefore() { return (history.state && history.state.step) || ""; }
