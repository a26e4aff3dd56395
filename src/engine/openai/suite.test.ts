import { afterAll } from "vitest";
import { random } from "../../core/random.ts";
import { modelSuite } from "../suite.ts";
import { type MockOptions, type MockServer, startMockServer } from "../testing/mock-server.ts";
import { openOpenAI } from "./openai.ts";

const servers: MockServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

/** Some words that follow from the prompt and the seed; none of them twice. */
function reply(prompt: string, seed: number): string {
  const source = random(`${prompt}/${seed}`);
  const said = source.shuffle(["one", "two", "three", "four", "five", "six", "seven", "eight"]);
  return said.slice(0, 3 + source.int(5)).join(" ");
}
const ask = (content: string) => ({ messages: [{ role: "user" as const, content }] });

const servings: Record<string, Partial<MockOptions>> = {
  "like vLLM": { ids: true, echo: true, stops: "included", prefix: "flags", topK: true },
  "like SGLang": { ids: false, stops: "named", topK: true },
  "like OpenAI": { limit: "max_completion_tokens", completions: false, stops: "cut" },
  "one choice at a time, no log-probs": { n: "one", logprobs: "ignored" },
  "texts only, no streams, no usage": { chat: false, stream: false, usage: false, n: "one", stops: "named" },
};
for (const [what, serving] of Object.entries(servings)) {
  modelSuite(`openai, ${what}`, {
    make: async () => {
      const server = await startMockServer({ reply, ...serving });
      servers.push(server);
      return openOpenAI({ model: `m/${what}`, baseURL: server.url, endpoint: { backoff: 1 } });
    },
    prompts: [ask("count"), { messages: [{ role: "system", content: "be brief" }, ...ask("say numbers").messages] }],
    maxTokens: 12,
    random: true,
  });
}
