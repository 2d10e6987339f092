// Words and numbers as the page writes them.
const READ_AS_INPUT = "Input is the whole conversation up to each turn, however little of it was sent: the longer it grows, the more a turn costs.";

const HEADINGS = {
  root: "First turn", continue: "Continued", fork: "Fork", retry: "Retry",
  explicit: "Explicit parent", expired: "Sent again: expired",
  foreign: "Sent again: foreign", stateless: "Sent again: stateless",
  separate: "Asked separately",
};

const SENTENCES = {
  root: "The first turn: everything was sent.",
  continue: "Continued the newest answer; only the new steps were sent.",
  fork: "Continued an answer that already had a continuation.",
  retry: "The same list again: put beside the first try, on the same parent.",
  expired: "The server had lost the parent, so everything was sent again.",
  foreign: "A message names an interaction that could not be verified, so everything was sent.",
  stateless: "store=False: the server keeps nothing, so everything is sent each time.",
  explicit: "The caller named the parent.",
  separate: "Built-in tools were asked before a turn with functions, in a root of its own.",
};

const KINDS = [["cached", "cached"], ["fresh", "fresh"], ["tool", "tool results"],
  ["thought", "thought"], ["output", "output"]];
const SPEAKERS = { user_input: "User", model_output: "Model", thought: "Thought",
  function_call: "Call", function_result: "Result" };
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function headingOf(turn) {
  const base = turn.reason === "root" && turn.again ? "Sent in full" : HEADINGS[turn.reason] || turn.reason;
  return turn.bad ? `${base}, failed` : base;
}

function sentenceOf(turn) {
  if (turn.reason === "root" && turn.again) return "No earlier answer fits this list, so everything was sent.";
  return SENTENCES[turn.reason] || turn.reason;
}

function bytes(count) {
  const units = ["B", "kB", "MB", "GB"];
  let at = 0;
  while (count >= 1000 && at < 3) { count /= 1000; at += 1; }
  return `${at && count < 10 ? count.toFixed(1) : Math.round(count)} ${units[at]}`;
}

function tokens(count) {
  if (count < 1000) return String(count);
  if (count < 999500) return `${count < 9950 ? (count / 1000).toFixed(1) : Math.round(count / 1000)}k`;
  return count < 999995000 ? `${(count / 1e6).toFixed(2)}M` : `${(count / 1e9).toFixed(2)}G`;
}

function whole(count) { return count.toLocaleString("en-GB"); }

function usd(amount) {
  if (amount === 0) return "$0";
  if (amount < 0.00005) return "<$0.0001";
  if (amount < 0.01) return `$${amount.toFixed(4)}`;
  return amount < 1 ? `$${amount.toFixed(3)}` : `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

// What nobody knows is never 0.
function sumCost(sums) {
  if (!sums.turns) return "–";
  if (sums.usd === null) return "no price";
  return sums.unpriced ? `≥ ${usd(sums.usd)}` : usd(sums.usd);
}

function turnCost(turn) { return turn.paid ? (turn.usd === null ? "no price" : usd(turn.usd)) : "–"; }

function span(seconds) {
  const s = Math.max(0, seconds);
  if (s < 60) return `${Math.round(s)} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return s < 172800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
}

const two = (number) => String(number).padStart(2, "0");

function dayText(at) {
  const d = new Date(at * 1000);
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

function minuteText(at) {
  const d = new Date(at * 1000);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

function timeText(at) {
  const d = new Date(at * 1000);
  return `${dayText(at)} ${minuteText(at)}:${two(d.getUTCSeconds())} UTC`;
}

function shortId(key) { return key.length > 14 ? `${key.slice(0, 5)}…${key.slice(-6)}` : key; }

function targetName(target) { return target.slice(target.indexOf(":") + 1); }

function counted(count, word) { return `${whole(count)} ${word}${count === 1 ? "" : "s"}`; }

const NO_SESSIONS = "No sessions yet. They begin when an adapter with sessions=\"sqlite:///state.db\" makes its first call.";
const READING = "All threads are being read. What needs attention follows, and what cost most.";
const FRAMEWORKS = { langgraph: "LangGraph", autogen: "AutoGen", crewai: "CrewAI" };
