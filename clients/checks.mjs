// What the JavaScript programs share: a line per feature, and an exit status.

export const URL_OF_EMULATOR = process.argv[2];
export const FLASH = "gemini-2.5-flash";
export const GEMINI_3 = "gemini-3.7-flash";
export const BACKGROUND = "gemini-3.8-flash";
export const RESEARCH = "deep-research-preview-04-2026";
export const ANTIGRAVITY = "antigravity-preview-05-2026";
export const REPORT = "Write the report.";
export const ENDLESS = "Work without end.";
export const UNKNOWN_ID =
  "v1_ChdnRHV4YWdjSEJ3Y0hCd2NIQndjSEJ3YxIXZ0R1eGFnY0hCd2NIQndjSEJ3Y0hCd2M";
const PATIENCE_MS = 20_000;
const POLL_MS = 200;

/** Run the checks in order, print a line for each, and exit. */
export async function report(checks) {
  let failed = 0;
  for (const [feature, check] of Object.entries(checks)) {
    const outcome = await outcomeOf(check);
    failed += outcome.startsWith("FAIL") ? 1 : 0;
    console.log(`${feature}: ${outcome}`);
  }
  process.exit(failed > 0 ? 1 : 0);
}

async function outcomeOf(check) {
  if (typeof check === "string") return `skip (${check})`;
  try {
    await check();
    return "ok";
  } catch (error) {
    console.error(error);
    const message = `${error.name}: ${error.message}`;
    return `FAIL ${message.split(/\s+/).join(" ").slice(0, 300)}`;
  }
}

/** Ask or tell the emulator something that no client of the API could. */
export async function control(path, body) {
  const asked = body && { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${URL_OF_EMULATOR}/emulator/${path}`, asked);
  return answer.json();
}

/** Return the paths, with their queries, that were asked for with a method. */
export async function paths(method) {
  const { requests } = await control("requests");
  return requests.filter((r) => r.method === method).map((r) => r.path);
}

/** Read until it is done; give up after a while. */
export async function waitFor(read, done) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error(`still not done: ${value?.status}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Return the error that a call ends in. */
export async function refusal(call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    return error;
  }
  throw new Error(`no refusal, but ${JSON.stringify(answer).slice(0, 200)}`);
}
