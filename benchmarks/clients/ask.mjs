// Asks a running `protokit serve` (URL, KEY, MODEL) by each npm client; prints a line of JSON for each: client, text, more.
import { HttpAgent } from "@ag-ui/client";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import OpenAI from "openai";

const { URL: url, KEY: apiKey, MODEL: model, QUESTION: question } = process.env;
const baseURL = `${url}/v1`;
const told = (client, text, more = {}) => console.log(JSON.stringify({ client, text, ...more }));
const attempt = async (client, ask) => {
  try { await ask(); } catch (error) { told(client, "", { error: String(error).slice(0, 300) }); }
};

await attempt("openai chat", async () => {
  const messages = [{ role: "user", content: question }];
  const answer = await new OpenAI({ baseURL, apiKey }).chat.completions.create({ model, messages });
  told("openai chat", answer.choices[0].message.content, { sources: answer.choices[0].message.annotations.length });
});
await attempt("openai responses", async () => {
  const answer = await new OpenAI({ baseURL, apiKey }).responses.create({ model, input: question });
  told("openai responses", answer.output_text, { sources: answer.output[0].content[0].annotations.length });
});
await attempt("@ai-sdk/openai-compatible", async () => {
  const provider = createOpenAICompatible({ name: "protokit", baseURL, apiKey });
  const answer = streamText({ model: provider(model), prompt: question });
  told("@ai-sdk/openai-compatible", await answer.text);
});
await attempt("@ai-sdk/openai chat", async () => {
  const answer = await generateText({ model: createOpenAI({ baseURL, apiKey }).chat(model), prompt: question });
  told("@ai-sdk/openai chat", answer.text, { sources: answer.sources.length });
});
await attempt("@ai-sdk/openai responses", async () => {
  const answer = streamText({ model: createOpenAI({ baseURL, apiKey }).responses(model), prompt: question });
  told("@ai-sdk/openai responses", await answer.text, { sources: (await answer.sources).length });
});
await attempt("@ag-ui/client", async () => {
  const agent = new HttpAgent({ url: `${url}/ag-ui`, headers: { Authorization: `Bearer ${apiKey}` } });
  agent.addMessage({ id: "1", role: "user", content: question });
  let sources = 0;
  await agent.runAgent({}, { onCustomEvent: ({ event }) => { sources = event.value.citations.length; } });
  told("@ag-ui/client", agent.messages.at(-1).content, { sources });
});
