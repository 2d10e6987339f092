// The whole thread on one line: branches, jobs, pauses, and a strip of what turns took.

const axis = { thread: null, canvas: null, over: null, scale: 1, left: 30, height: 0, strip: 64 };

function axisElement(thread) {
  axis.thread = thread;
  axis.canvas = h("canvas", { "aria-hidden": "true" });
  axis.over = h("canvas", { "aria-hidden": "true" });
  axis.over.style.position = "absolute";
  axis.over.style.inset = "0";
  axis.over.addEventListener("click", (event) => choose(nearest(event.offsetX, event.offsetY), true));
  axis.legend = h("div", { class: "legend", "aria-hidden": "true" });
  return h("div.axis", axis.canvas, axis.over, axis.legend);
}

function laneStep(thread) { return thread.lanes > 5 ? Math.max(5, 76 / (thread.lanes - 1)) : 16; }

function laneY(lane) { return 25 + lane * laneStep(axis.thread); }

function jobY(number) { return laneY(axis.thread.lanes - 1) + 18 + number * 16; }

function placeX(x) { return axis.left + x * axis.scale; }

function shownJobs(thread) { return thread.jobs.slice(-6); }

function sized(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  canvas.style.width = `${width}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}

function drawAxis() {
  const thread = axis.thread;
  if (!axis.canvas || !axis.canvas.parentElement) return;
  const width = axis.canvas.parentElement.clientWidth;
  if (!width) return;
  axis.width = width;
  axis.scale = Math.min(34, (width - 60) / Math.max(1, thread.width));
  axis.between = between(thread) * axis.scale;
  axis.top = jobY(shownJobs(thread).length) + 4;
  axis.base = axis.top + axis.strip;
  axis.height = axis.base + 20;
  const c = sized(axis.canvas, width, axis.height);
  c.font = `11px ${colour("sans")}`;
  drawGaps(c);
  drawBranches(c);
  drawJobs(c);
  drawStrip(c);
  drawDays(c);
  drawMarks(c);
  drawChosen();
}

// How far neighbours are apart, but for the closest.
function between(thread) {
  const pauses = thread.turns.slice(1).map((turn, at) => turn.x - thread.turns[at].x).sort((a, b) => a - b);
  return pauses.length ? Math.max(0.05, pauses[Math.floor(pauses.length / 5)]) : 1;
}

function drawGaps(c) {
  c.strokeStyle = colour("line2");
  c.fillStyle = colour("ink3");
  c.setLineDash([2, 3]);
  let last = -60;
  for (const [x, seconds] of axis.thread.gaps) {
    const at = Math.round(placeX(x)) + 0.5;
    line(c, at, 16, at, axis.base);
    if (at - last < 34) continue;
    last = at;
    c.textAlign = "center";
    c.fillText(span(seconds), at, 12);
  }
  c.setLineDash([]);
}

function line(c, x0, y0, x1, y1) {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

function drawBranches(c) {
  const { turns, branches } = axis.thread;
  c.strokeStyle = colour("rail");
  c.lineWidth = 1.25;
  for (const branch of branches) {
    const y = laneY(branch.lane);
    let before = branch.from >= 0 ? turns[branch.from] : null;
    for (const row of branch.rows) {
      const turn = turns[row];
      if (before) drawLink(c, before, turn, y);
      before = turn;
    }
  }
  c.setLineDash([]);
  c.lineWidth = 1;
}

function drawLink(c, before, turn, y) {
  const from = laneY(axis.thread.branches[before.branch].lane);
  const x0 = placeX(before.x), x1 = placeX(turn.x);
  c.setLineDash(turn.link === "chained" ? [] : [3, 2]);
  if (from === y) {
    // Orange beside the turn alone: a long way would be a line through all others.
    const own = turn.again ? Math.max(x0, x1 - 20) : x1;
    line(c, x0, y, own, y);
    if (!turn.again) return;
    c.strokeStyle = colour("warnfill");
    line(c, own, y, x1, y);
    c.strokeStyle = colour("rail");
    return;
  }
  const turnAt = Math.min(x1, x0 + 14);
  c.beginPath();
  c.moveTo(x0, from);
  c.bezierCurveTo((x0 + turnAt) / 2, from, (x0 + turnAt) / 2, y, turnAt, y);
  c.lineTo(x1, y);
  c.stroke();
}

function drawJobs(c) {
  shownJobs(axis.thread).forEach((job, number) => {
    const y = jobY(number), tone = colour(jobTone(job));
    const [x0, x1] = job.x.map(placeX);
    c.fillStyle = tone;
    c.globalAlpha = 0.2;
    c.fillRect(x0, y - 5, Math.max(2, x1 - x0), 10);
    c.globalAlpha = 1;
    for (const [a, b] of job.waits) c.fillRect(placeX(a), y - 2, Math.max(1, placeX(b) - placeX(a)), 4);
    c.strokeStyle = tone;
    c.setLineDash(job.open ? [2, 2] : []);
    line(c, x1, y - 5, x1, y + 5);
    c.setLineDash([]);
    c.fillStyle = colour("ink3");
    // Beside the bar; where neither side has room its row says it.
    const words = jobText(job), room = c.measureText(words).width + 12;
    c.textAlign = x1 + room < axis.width ? "left" : "right";
    if (c.textAlign === "left" || x0 > room) c.fillText(words, c.textAlign === "left" ? x1 + 8 : x0 - 8, y + 4);
  });
}

function jobTone(job) {
  if (job.bad || job.state === "lost") return "bad";
  if (job.state === "nobody_waits" || job.trouble || job.unclaimed) return "warnfill";
  return job.status === "cancelled" ? "rail" : "acc";
}

function jobClass(job) { return { bad: "fail", warnfill: "warn", acc: "run", rail: "" }[jobTone(job)]; }

function jobWord(job) { return job.state === "lost" ? "lost" : job.status.replaceAll("_", " "); }

// How a job is, and what is not as usual with it.
function jobStanding(job) {
  const trouble = { unknown: "not known", unread: "not read", late: "late" }[job.trouble];
  const claim = job.unclaimed ? ", not taken" : "";
  return `${trouble || jobWord(job)}${job.state === "nobody_waits" ? ", nobody waits" : claim}`;
}

function jobText(job) {
  if (job.state === "lost") return "lost";
  return `${jobStanding(job)} · ${span(job.until - job.at)}`;
}

function drawMarks(c) {
  const size = Math.max(1, Math.min(4, axis.between * 0.45));
  for (const turn of axis.thread.turns) {
    const x = placeX(turn.x), y = laneY(axis.thread.branches[turn.branch].lane);
    c.fillStyle = colourOf(turn);
    c.beginPath();
    if (turn.bad) { c.strokeStyle = colour("bad"); c.lineWidth = 2; line(c, x - size, y - size, x + size, y + size); line(c, x - size, y + size, x + size, y - size); c.lineWidth = 1; continue; }
    if (turn.again) { const d = Math.max(2.6, size + 1); c.moveTo(x, y - d); c.lineTo(x + d, y); c.lineTo(x, y + d); c.lineTo(x - d, y); } else c.arc(x, y, size, 0, 7);
    c.fill();
    if (turn.before < 0 && size > 2 && !turn.again) { c.fillStyle = colour("bg"); c.beginPath(); c.arc(x, y, size - 1.5, 0, 7); c.fill(); }
  }
}

const tones = new Map();

function colourOf(turn) {
  const name = turn.bad ? "bad" : turn.again ? "warnfill" : "ink2";
  if (!tones.has(name)) tones.set(name, colour(name));
  return tones.get(name);
}

// What a bar is made of, from the bottom up: amounts and colours.
function partsOf(turn) {
  if (state.metric === "bytes") return [[turn.sent, turn.again ? "again" : "fresh"], [Math.max(0, turn.replay - turn.sent), "replay"]];
  if (state.metric === "cost") return [[turn.usd || 0, turn.again ? "again" : "fresh"]];
  return (turn.used || []).map((count, at) => [count, KINDS[at][0] === "fresh" && turn.again ? "again" : KINDS[at][0]]);
}

function drawStrip(c) {
  const turns = axis.thread.turns, seen = new Set();
  const all = turns.map((turn) => ({ turn, parts: partsOf(turn) }));
  const sum = (parts) => parts.reduce((total, [amount]) => total + amount, 0);
  const most = all.reduce((top, bar) => Math.max(top, sum(bar.parts)), 0);
  const columns = new Map();
  for (const bar of all) {
    for (const [amount, name] of bar.parts) if (amount) seen.add(name);
    const x = Math.round(placeX(bar.turn.x)), before = columns.get(x);
    // One bar for a column of pixels: what was sent again, else the largest.
    const counts = (each) => (each.turn.again ? 1e15 : 0) + sum(each.parts);
    if (!before || counts(bar) > counts(before)) columns.set(x, bar);
  }
  const width = Math.max(1, Math.min(12, axis.between * 0.8));
  const paint = new Map([...seen].map((name) => [name, colour(name)]));
  for (const [x, bar] of columns) drawBar(c, x, bar, width, most, paint);
  c.strokeStyle = colour("line2");
  line(c, 0, axis.base + 0.5, axis.width, axis.base + 0.5);
  c.fillStyle = colour("ink3");
  c.textAlign = "left";
  const written = { tokens: `${tokens(most)} tokens`, cost: most ? usd(most) : "no price", bytes: `${bytes(most)}, as a replay` };
  if (turns.length) c.fillText(written[state.metric], 9, axis.top + 4);
  axis.legend.style.top = `${axis.top - 8}px`;
  const words = { again: "sent again", replay: "what a replay would send", fresh: state.metric === "bytes" ? "sent" : state.metric === "cost" ? "sent once" : "fresh" };
  const order = ["cached", "fresh", "again", "tool", "thought", "output", "replay"];
  fill(axis.legend, order.filter((name) => seen.has(name)).map((name) => h("span", swatch(name), words[name] || name)));
}

function drawBar(c, x, bar, width, most, paint) {
  let y = axis.base;
  if (state.metric === "cost" && bar.turn.paid && bar.turn.usd === null && width > 5) {
    c.fillStyle = colour("ink3");
    c.textAlign = "center";
    c.fillText("?", x, y - 3);
  }
  for (const [amount, name] of bar.parts) {
    const height = most ? (amount / most) * (axis.strip - 10) : 0;
    c.fillStyle = paint.get(name) || colour(name);
    c.fillRect(x - width / 2, y - height, width, Math.max(0, height - (width > 4 && height > 2 ? 0.75 : 0)));
    y -= height;
  }
}

function drawDays(c) {
  c.fillStyle = colour("ink3");
  c.textAlign = "left";
  let last = -100, before = -Infinity;
  const jobs = shownJobs(axis.thread).map((job) => [job.at, job.x[0]]);
  const begun = [...axis.thread.turns.map((turn) => [turn.at, turn.x]), ...jobs].sort((a, b) => a[0] - b[0]);
  for (const [at, place] of begun) {
    const x = placeX(place);
    if (at - before > 2700 && x - last >= 86 && x < axis.width - 70) {
      c.fillText(`${dayText(at)} ${minuteText(at)}`, Math.max(6, x - 4), axis.base + 15);
      last = x;
    }
    before = at;
  }
}

// Where a row lies: a turn, or a job from where it was asked.
function rowX(row) { return placeX(row < axis.thread.turns.length ? axis.thread.turns[row].x : jobAt(axis.thread, row).x[0]); }

// The choice, and what the rows show, on a canvas of their own: both move with each key.
function drawChosen() {
  if (!axis.over || !axis.width) return;
  const c = sized(axis.over, axis.width, axis.height);
  const [from, to] = shownRows();
  const { turns } = axis.thread;
  if (from >= 0) {
    const x0 = rowX(from) - 6, x1 = rowX(to) + 6;
    c.fillStyle = colour("acc");
    c.globalAlpha = 0.08;
    c.fillRect(x0, 0, Math.max(3, x1 - x0), axis.base);
    c.globalAlpha = 1;
  }
  const turn = turns[chosenRow()];
  if (!turn) return;
  const x = placeX(turn.x), y = laneY(axis.thread.branches[turn.branch].lane);
  c.strokeStyle = colour("acc");
  line(c, Math.round(x) + 0.5, 16, Math.round(x) + 0.5, axis.base);
  c.lineWidth = 2;
  c.beginPath();
  c.arc(x, y, 6.5, 0, 7);
  c.stroke();
}

function nearest(x, y) {
  let best = -1, least = Infinity;
  for (const turn of axis.thread.turns) {
    const dx = placeX(turn.x) - x, dy = y < axis.top ? laneY(axis.thread.branches[turn.branch].lane) - y : 0;
    const far = dx * dx + dy * dy;
    if (far < least) { least = far; best = turn.row; }
  }
  return best;
}
