import { describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import { parseModelSpec } from "./spec.ts";

describe("the name of a model", () => {
  it("is that of a server's model, with its address and options", () => {
    expect(parseModelSpec("openai:gpt-x")).toEqual({ kind: "openai", options: { model: "gpt-x" } });
    expect(parseModelSpec("openai:qwen/q@2@http://localhost:8000/v1/")).toEqual({
      kind: "openai",
      options: { model: "qwen/q@2", baseURL: "http://localhost:8000/v1" },
    });
    expect(
      parseModelSpec("openai:q@https://h/v1?key=MY_KEY&concurrency=8&rpm=60&tpm=1e5&attempts=2&timeout=30&api=chat"),
    ).toEqual({
      kind: "openai",
      options: {
        model: "q",
        baseURL: "https://h/v1",
        keyFrom: "MY_KEY",
        api: "chat",
        endpoint: { concurrency: 8, requestsPerMinute: 60, tokensPerMinute: 1e5, attempts: 2, timeout: 30_000 },
      },
    });
    expect(parseModelSpec("openai:gpt-x?concurrency=2")).toEqual({
      kind: "openai",
      options: { model: "gpt-x", endpoint: { concurrency: 2 } },
    });
  });

  it("is that of a GGUF file", () => {
    expect(parseModelSpec("gguf:a b.gguf")).toEqual({ kind: "gguf", options: { file: "a b.gguf" } });
    expect(parseModelSpec("gguf:what?/m.gguf?context=512&sequences=2&gpu=no&reproducible=true")).toEqual({
      kind: "gguf",
      options: { file: "what?/m.gguf", context: 512, sequences: 2, gpu: false, reproducible: true },
    });
  });

  it("is a place on disk otherwise", () => {
    expect(parseModelSpec("run:runs/demo-1@3")).toEqual({ kind: "path", path: "runs/demo-1@3" });
    for (const path of ["runs/demo-1", "demo-1@2", "./weights"]) {
      expect(parseModelSpec(path)).toEqual({ kind: "path", path });
    }
  });

  it("is refused with what is wrong about it", () => {
    for (const [text, wrong] of [
      ["openai:", "names nothing"],
      ["run:", "names nothing"],
      ["gguf:", "names nothing"],
      ["gguf:m.gguf?context=0", "context"],
      ["gguf:m.gguf?contxt=9", "contxt"],
      ["openai:@http://h/v1", "names no model"],
      ["openai:m@http://", "names no model"],
      ["openai:m?concurrency=0", "concurrency"],
      ["openai:m?concurency=4", "concurency"],
      ["openai:m?rpm=many", "rpm"],
    ] as const) {
      expect(() => parseModelSpec(text), text).toThrow(UserError);
      expect(() => parseModelSpec(text), text).toThrow(wrong);
    }
  });
});
