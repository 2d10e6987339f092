// @ai-sdk/google under `ai`: every answer must pass its strict schemas.

import assert from "node:assert/strict";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { Output, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
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
  control,
  paths,
  refusal,
  report,
  waitFor,
} from "./checks.mjs";

const google = createGoogleGenerativeAI({
  apiKey: "offline",
  baseURL: `${URL_OF_EMULATOR}/v1beta`,
});
const CITY = jsonSchema({
  type: "object",
  properties: { location: { type: "string" } },
  required: ["location"],
});
const WEATHER = tool({
  description: "Get the current weather for a location.",
  inputSchema: CITY,
  execute: async ({ location }) => ({ sky: `mild in ${location}` }),
});

/** Ask once; a refusal is to be seen, not retried. */
const asked = (model, prompt, google_ = {}, rest = {}) => ({
  model: google.interactions(model),
  prompt,
  maxRetries: 0,
  providerOptions: { google: google_ },
  ...rest,
});
const idOf = (answer) => answer.providerMetadata.google.interactionId;

async function text() {
  const answer = await generateText(asked(FLASH, "Hello there."));

  assert.ok(answer.text);
  assert.equal(answer.finishReason, "stop");
  assert.ok(answer.usage.totalTokens > 0);
  assert.match(idOf(answer), /^v1_/);
}

async function chain() {
  const first = await generateText(asked(FLASH, "My name is Ada."));
  const previousInteractionId = idOf(first);
  const second = await generateText(
    asked(FLASH, "What is my name?", { previousInteractionId }),
  );

  assert.match(second.text, /Ada/);
}

async function tools() {
  const question = "What is the weather in Paris and Rome?";
  const loop = { tools: { get_weather: WEATHER }, stopWhen: stepCountIs(3) };
  for (const store of [true, false]) {
    const answer = await generateText(asked(GEMINI_3, question, { store }, loop));

    const cities = answer.steps[0].toolCalls.map((call) => call.input.location);
    assert.deepEqual(cities, ["Paris", "Rome"]);
    assert.match(answer.text, /mild/);
  }
}

/** Collect a stream, and fail on any part that a schema refused. */
async function collect(result) {
  const pieces = [];
  for await (const part of result.fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "text-delta") pieces.push(part.text);
  }
  return pieces;
}

async function stream() {
  const pieces = await collect(streamText(asked(FLASH, "Say it again. ".repeat(30))));
  const loop = { tools: { get_weather: WEATHER }, stopWhen: stepCountIs(3) };
  const called = await collect(
    streamText(asked(GEMINI_3, "Weather in Oslo?", { store: false }, loop)),
  );

  assert.ok(pieces.length > 1);
  assert.match(pieces.join(""), /Say it again/);
  assert.match(called.join(""), /mild in Oslo/);
}

async function structured() {
  const output = Output.object({ schema: CITY });
  const answer = await generateText(asked(FLASH, "Paris.", {}, { output }));

  assert.ok("location" in answer.output);
}

async function background() {
  const job = { background: true };
  for (const model of [{ agent: RESEARCH }, BACKGROUND]) {
    const answer = await generateText(asked(model, REPORT, job));

    assert.match(answer.text, /the end/);
  }
}

async function resume() {
  const cut = { truncate_after_events: 9, how: "silent" };
  await control("faults", { on: "get", nth: 1, do: cut });
  const pieces = await collect(
    streamText(asked({ agent: RESEARCH }, REPORT, { background: true })),
  );

  const streams = (await paths("GET")).filter((path) => path.includes("stream=true"));
  const said = pieces.join("");
  assert.ok(streams.some((path) => path.includes("last_event_id")), `${streams}`);
  assert.equal(said.split("First the question").length, 2);
  assert.equal(said.split("the end").length, 2);
}

async function cancel() {
  const before = (await paths("GET")).length;
  const stop = new AbortController();
  const rest = { abortSignal: stop.signal };
  const running = generateText(
    asked({ agent: RESEARCH }, ENDLESS, { background: true }, rest),
  );
  const ended = refusal(() => running);
  const polled = waitFor(
    async () => (await paths("GET")).length,
    (count) => count > before,
  );
  await Promise.race([polled, ended]);
  stop.abort();
  assert.equal((await ended).name, "AbortError");
  const cancelled = await waitFor(
    async () => (await paths("POST")).find((path) => path.endsWith("/cancel")),
    Boolean,
  );

  const read = await fetch(URL_OF_EMULATOR + cancelled.replace("/cancel", ""), {
    headers: { "x-goog-api-key": "offline" },
  });
  assert.equal((await read.json()).status, "cancelled");
}

async function refusals() {
  const statusOf = async (...question) =>
    (await refusal(() => generateText(asked(...question)))).statusCode;
  const chained = (id) => statusOf(FLASH, "Hello.", { previousInteractionId: id });

  assert.equal(await chained(UNKNOWN_ID), 404);
  assert.equal(await chained("v1_bogus"), 400);
  assert.equal(await statusOf(FLASH, "Hello.", { background: true }), 400);
  assert.ok([400, 404].includes(await statusOf("no-such-model", "Hello.")));
}

async function agents() {
  const first = await generateText(
    asked({ agent: ANTIGRAVITY }, "My name is Ada.", { environment: "remote" }),
  );
  const previousInteractionId = idOf(first);
  const pieces = await collect(
    streamText(
      asked({ managedAgent: ANTIGRAVITY }, "What is my name?", {
        environment: "remote",
        previousInteractionId,
      }),
    ),
  );

  assert.match(pieces.join(""), /Ada/);
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
  delete: "client has none",
  errors: refusals,
  agents,
});
