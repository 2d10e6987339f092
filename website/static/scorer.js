/* How pages are ordered that a search finds; Sphinx asks `score` for each.
 *
 * A reader looks for a guide first. Sphinx gives a title that has one of the words as
 * much as a title that has all, so that each word of it counts here.
 */
const WEIGHTS = [
  [/^(CHANGELOG|CONTRIBUTING|SECURITY|docs\/(dependencies|versioning|compatibility))$/, 0.2],
  [/^(docs\/|index$)/, 2],
];
const SOUGHT = (new URLSearchParams(location.search).get("q") || "")
  .toLowerCase()
  .split(/[^\p{L}\p{N}_]+/u)
  .filter((word) => word.length > 2)
  .map((word) => word.replace(/s$/, ""));

var Scorer = {
  score: ([page, title, , , score]) => {
    const named = title.toLowerCase();
    const words = SOUGHT.filter((word) => named.includes(word)).length;
    const [, weight] = WEIGHTS.find(([pages]) => pages.test(page)) || [null, 1];
    return (score + 10 * words) * weight;
  },
  // These are Sphinx's own.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
