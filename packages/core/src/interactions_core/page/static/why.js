// Why a turn was sent as it was: a sentence, and where the list first differs.

function whyElements(thread, content, turn) {
  const told = content.why[turn.key];
  const isLeftOut = content.explained && !told && (turn.again || turn.reason !== "continue");
  const tone = turn.bad ? "fail" : turn.again ? "warn" : "";
  const isKnown = told && told.because !== "not_recorded";
  const sentence = isKnown ? upper(told.sentence.replace(/^\w+: /, "")) : sentenceOf(turn);
  const parts = [h("h2", headingOf(turn)), h("p", { class: tone }, inline(sentence))];
  if (isLeftOut) parts.push(h("p.dim", `This file explains the newest ${content.explained} such turns. This one: `, h("code", `interactions explain ${word(turn.key)}`)));
  if (told && told.difference) parts.push(diffElement(thread, told.difference));
  if (told && told.setup) parts.push(...((state.hidden && told.setup.hidden) || told.setup.said).map((one) => h("p", inline(one))));
  if (told && told.advice) parts.push(h("p.cost", inline(`${upper(told.advice)}.`)));
  if (turn.usd !== null && turn.paid) {
    const chained = told && told.chained && told.chained.usd !== null ? `; chained, about ${usd(Number(told.chained.usd))}` : "";
    parts.push(h("p.cost", `Cost ${usd(turn.usd)}${chained}.`));
  }
  return parts;
}

function upper(text) { return text.charAt(0).toUpperCase() + text.slice(1); }

function diffElement(thread, difference) {
  const row = thread.places.get(difference.compared_with);
  const other = row === undefined ? "an earlier turn" : minuteText(thread.turns[row].at);
  const sides = [sideText(difference.then), sideText(difference.now)];
  const [then, now] = markedPair(sides[0], sides[1]);
  return h("div.diff", h("p", `Step ${difference.step} is the first that differs from ${other}`),
    difference.then ? h("div", h("span", "then"), h("div", then)) : null, h("div", h("span", "now"), h("div", now)));
}

function sideText(one) {
  if (!one) return "";
  if (one.text === null || state.hidden) return `hidden · ${bytes(one.bytes)}`;
  return one.text;
}

// Both texts, cut around what differs, which is marked.
function markedPair(then, now) {
  let start = 0, end = 0;
  const least = Math.min(then.length, now.length);
  while (start < least && then[start] === now[start]) start += 1;
  while (end < least - start && then[then.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  // Whole words, so that a number is not marked in half.
  while (start > 0 && /[\p{L}\p{N}]/u.test(now[start - 1])) start -= 1;
  while (end > 0 && /[\p{L}\p{N}]/u.test(now[now.length - end])) end -= 1;
  return [then, now].map((text) => {
    const middle = text.slice(start, text.length - end).slice(0, 160);
    const before = start > 60 ? `… ${text.slice(start - 50, start)}` : text.slice(0, start);
    const after = text.slice(text.length - end);
    return [before, middle && then ? h("mark", middle) : middle, after.slice(0, 60), after.length > 60 ? " …" : ""];
  });
}
