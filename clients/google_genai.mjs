// @google/genai, the reference client in JavaScript.

import assert from "node:assert/strict";
import { GoogleGenAI } from "@google/genai";
import {
  ANTIGRAVITY,
  BACKGROUND,
  ENDLESS,
  FLASH,
  GEMINI_3,
  REPORT,
  RESEARCH,
  UNKNOWN_ID,
  URL_OF_EMULATOR,
  refusal,
  report,
  waitFor,
} from "./checks.mjs";

const WEATHER = {
  type: "function",
  name: "get_weather",
  description: "Get the current weather for a location.",
  parameters: {
    type: "object",
    properties: { location: { type: "string" } },
    required: ["location"],
  },
};
const PENDING = ["queued", "in_progress"];
// One attempt: a refusal is to be seen, not retried.
const client = new GoogleGenAI({
  apiKey: "offline",
  httpOptions: { baseUrl: URL_OF_EMULATOR, retryOptions: { attempts: 1 } },
});
const api = client.interactions;

async function text() {
  const made = await api.create({ model: FLASH, input: "Hello there." });

  assert.equal(made.status, "completed");
  assert.deepEqual(made.steps.map((s) => s.type), ["thought", "model_output"]);
  assert.ok(made.usage.total_tokens > 0);
  assert.equal((await api.get(made.id)).output_text, made.output_text);
}

async function chain() {
  const first = await api.create({ model: FLASH, input: "My name is Ada." });
  const second = await api.create({
    model: FLASH,
    input: "What is my name?",
    previous_interaction_id: first.id,
  });

  assert.match(second.output_text, /Ada/);
}

const resultOf = (call) => ({
  type: "function_result",
  call_id: call.id,
  name: call.name,
  result: { sky: `mild in ${call.arguments.location}` },
});

async function tools() {
  const question = "What is the weather in Paris and Rome?";
  const asked = { model: GEMINI_3, tools: [WEATHER] };
  const turn = await api.create({ ...asked, input: question });
  const calls = turn.steps.filter((step) => step.type === "function_call");
  const answered = await api.create({
    ...asked,
    input: calls.map(resultOf),
    previous_interaction_id: turn.id,
  });

  assert.equal(turn.status, "requires_action");
  assert.deepEqual(calls.map((c) => c.arguments.location), ["Paris", "Rome"]);
  assert.match(answered.output_text, /mild/);
  assert.match((await stateless(question)).output_text, /mild/);
}

async function stateless(question) {
  const user = { type: "user_input", content: [{ type: "text", text: question }] };
  const asked = { model: GEMINI_3, tools: [WEATHER], store: false };
  const turn = await api.create({ ...asked, input: [user] });
  const calls = turn.steps.filter((step) => step.type === "function_call");
  return api.create({ ...asked, input: [user, ...turn.steps, ...calls.map(resultOf)] });
}

async function collect(stream) {
  const events = [];
  for await (const event of await stream) events.push(event);
  return events;
}

const isText = (e) => e.event_type === "step.delta" && e.delta.type === "text";
const said = (events) => events.filter(isText).map((e) => e.delta.text).join("");

async function stream() {
  const input = "Say it again. ".repeat(30);
  const events = await collect(api.create({ model: FLASH, input, stream: true }));
  const calling = await collect(
    api.create({ model: GEMINI_3, input: "Weather in Oslo?", tools: [WEATHER], stream: true }),
  );

  assert.equal(events.at(-1).event_type, "interaction.completed");
  assert.equal(said(events), (await api.get(events[0].interaction.id)).output_text);
  const deltas = calling.filter((e) => e.delta?.type === "arguments_delta");
  assert.equal(deltas.map((e) => e.delta.arguments).join(""), '{"location":"Oslo"}');
}

async function structured() {
  const schema = {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  };
  const format = { type: "text", mime_type: "application/json", schema };
  const made = await api.create({ model: FLASH, input: "Paris.", response_format: format });

  assert.ok("city" in JSON.parse(made.output_text));
}

const finished = (id) =>
  waitFor(() => api.get(id), (job) => !PENDING.includes(job.status));

async function background() {
  for (const named of [{ agent: RESEARCH }, { model: BACKGROUND }]) {
    const job = await api.create({ ...named, input: REPORT, background: true });
    const done = await finished(job.id);

    assert.equal(job.status, "in_progress");
    assert.equal(done.status, "completed");
    assert.match(done.output_text, /the end/);
  }
}

async function resume() {
  const asked = { agent: RESEARCH, input: REPORT, background: true, stream: true };
  const seen = [];
  for await (const event of await api.create(asked)) {
    seen.push(event);
    if (isText(event) && event.event_id) break;
  }
  const id = seen[0].interaction.id;
  const mark = seen.at(-1).event_id;
  const rest = await collect(api.get(id, { stream: true, last_event_id: mark }));
  const whole = (await finished(id)).output_text;

  assert.match(whole, /the end/);
  assert.equal(said(seen) + said(rest), whole);
  assert.equal(said(await collect(api.get(id, { stream: true }))), whole);
}

async function cancel() {
  const job = await api.create({ agent: RESEARCH, input: ENDLESS, background: true });
  const stopped = await api.cancel(job.id);

  assert.equal(stopped.status, "cancelled");
  assert.equal((await api.get(job.id)).status, "cancelled");
  assert.equal((await refusal(() => api.cancel(UNKNOWN_ID))).status, 404);
}

async function deleted() {
  const made = await api.create({ model: FLASH, input: "My name is Ada." });
  await api.delete(made.id);

  assert.equal((await refusal(() => api.get(made.id))).status, 404);
}

async function refusals() {
  const hello = { model: FLASH, input: "Hello." };
  const missing = await refusal(() => api.get(UNKNOWN_ID));
  const invalid = [
    () => api.get("v1_bogus"),
    () => api.create({ ...hello, background: true }),
    () => api.create({ agent: RESEARCH, input: "Hello." }),
    () => api.create({ ...hello, previous_interaction_id: "v1_bogus", stream: true }),
  ];

  assert.equal(missing.status, 404);
  assert.equal(missing.error.code ?? missing.error.error.code, "not_found");
  for (const call of invalid) assert.equal((await refusal(call)).status, 400);
}

async function agents() {
  const own = await client.agents.create({
    id: "tourist-guide",
    base_agent: ANTIGRAVITY,
    system_instruction: "Be brief.",
  });
  const listed = await client.agents.list();
  const ran = await api.create({ agent: own.id, input: "Hello.", environment: "remote" });
  await client.agents.delete(own.id);

  assert.ok(listed.agents.some((agent) => agent.id === "tourist-guide"));
  assert.equal(ran.status, "completed");
  assert.ok(ran.environment_id);
  assert.equal((await refusal(() => client.agents.get(own.id))).status, 404);
}

await report({
  text,
  chain,
  tools,
  stream,
  structured,
  background,
  resume,
  cancel,
  delete: deleted,
  errors: refusals,
  agents,
});
