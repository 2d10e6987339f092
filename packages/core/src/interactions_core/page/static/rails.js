// The rails beside the rows: a small picture per visible row.

function railStep(thread) {
  const most = innerWidth < 760 ? 40 : 76;
  const wide = innerWidth < 760 ? 10 : 14;
  return Math.min(wide, Math.max(3, most / Math.max(1, thread.lanes)));
}

function railWidth(thread) { return Math.min(92, 24 + (thread.lanes - 1) * railStep(thread) + 12); }

function laneX(thread, lane) { return 20 + lane * railStep(thread); }

// The first place in an ordered list that is not below a number.
function firstFrom(rows, row) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle] < row) low = middle + 1; else high = middle;
  }
  return low;
}

function railElement(thread, row, height, isGap) {
  const picture = svg("svg", { width: railWidth(thread), height, "aria-hidden": "true", class: "rail" });
  for (const branch of thread.branches) {
    const { rows, from } = branch;
    const begins = from >= 0 ? from : rows[0];
    if (row < begins || row > rows[rows.length - 1]) continue;
    if (isGap) gapRail(picture, thread, branch, row, height);
    else branchRail(picture, thread, branch, row, height);
  }
  if (!isGap) picture.append(mark(thread, thread.turns[row], height));
  return picture;
}

// A pause lies above its row.
function gapRail(picture, thread, branch, row, height) {
  const begins = branch.from >= 0 ? branch.from : branch.rows[0];
  if (row <= begins) return;
  const next = thread.turns[branch.rows[firstFrom(branch.rows, row)]];
  vertical(picture, laneX(thread, branch.lane), 0, height, next, next.row === row);
}

function branchRail(picture, thread, branch, row, height) {
  const { rows, from } = branch, x = laneX(thread, branch.lane), middle = height / 2;
  const at = firstFrom(rows, row), isHere = rows[at] === row;
  if (isHere) {
    const turn = thread.turns[row];
    if (at > 0 || from >= 0) vertical(picture, x, 0, middle, turn, true);
    if (at + 1 < rows.length) vertical(picture, x, middle, height, thread.turns[rows[at + 1]], false);
    return;
  }
  const next = thread.turns[rows[at]];
  if (row !== from) { vertical(picture, x, 0, height, next, false); return; }
  const start = laneX(thread, thread.branches[thread.turns[from].branch].lane);
  picture.append(svg("path", {
    d: `M${start} ${middle}C${start} ${height} ${x} ${middle} ${x} ${height}`, fill: "none",
    stroke: "var(--rail)", "stroke-width": 1.5, ...(next.link === "chained" ? {} : { "stroke-dasharray": "3 2" }),
  }));
}

function vertical(picture, x, y0, y1, turn, isOwn) {
  picture.append(svg("line", {
    x1: x, x2: x, y1: y0, y2: y1, stroke: isOwn && turn.again ? "var(--warnfill)" : "var(--rail)",
    "stroke-width": 1.5, ...(turn.link === "chained" ? {} : { "stroke-dasharray": "3 2" }),
  }));
}

function mark(thread, turn, height) {
  const x = laneX(thread, thread.branches[turn.branch].lane), y = height / 2;
  if (turn.bad) return svg("path", { d: `M${x - 4} ${y - 4}l8 8M${x - 4} ${y + 4}l8 -8`, stroke: "var(--bad)", "stroke-width": 2 });
  if (turn.again) return svg("path", { d: `M${x} ${y - 5}l5 5l-5 5l-5 -5z`, fill: "var(--warnfill)" });
  const open = turn.before < 0;
  return svg("circle", { cx: x, cy: y, r: 4, fill: open ? "var(--bg)" : "var(--ink2)", stroke: "var(--ink2)", "stroke-width": open ? 1.75 : 0 });
}
