// Where somebody is: the address, and what is chosen.

const state = {
  thread: null, turn: null, step: "list", view: "tree", metric: "tokens", highlight: "all",
  hidden: false, query: "", tenant: "", model: "", show: "", sheet: "rendered", keys: true,
  found: null,
};

function addressOf(thread, turn) {
  const asked = new URLSearchParams();
  for (const [name, value] of [["q", state.query], ["tenant", state.tenant], ["model", state.model], ["show", state.show]]) {
    if (value) asked.set(name, value);
  }
  const path = thread ? `/${encodeURIComponent(thread)}${turn ? `/${encodeURIComponent(turn)}` : ""}` : "/";
  return `#${path}${asked.size ? `?${asked}` : ""}`;
}

function readAddress() {
  const [path, asked] = location.hash.slice(1).split("?");
  const [, thread, turn] = (path || "").split("/").map((part) => decodeURIComponent(part || ""));
  const given = new URLSearchParams(asked || "");
  state.query = given.get("q") || "";
  state.tenant = given.get("tenant") || "";
  state.model = given.get("model") || "";
  state.show = given.get("show") || "";
  return [thread || null, turn || null];
}

// The newest place counts for Back only where a thread was opened, or a turn on a phone.
function writeAddress(replace, step) {
  const address = addressOf(state.thread, state.turn);
  if (address === location.hash && (replace || step !== "turn")) return;
  history[replace ? "replaceState" : "pushState"]({ step }, "", address);
}

function stepBefore() { return (history.state && history.state.step) || ""; }
