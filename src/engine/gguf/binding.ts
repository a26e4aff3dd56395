/** llama.cpp by way of the npm package node-llama-cpp, which users install if they want it: the part of it in use here. */
import { messageOf, UserError } from "../../core/errors.ts";

/** What is asked of the logits after a token: all of them, or the `includeTop` greatest and those of `tokens`. */
export interface Wanted {
  readonly logits: true | { readonly filter: { readonly tokens?: readonly number[]; readonly includeTop?: number } };
  /** Σ exp(logit − greatest logit) over the whole vocabulary. */
  readonly totalLogitWeight?: boolean;
}
export interface Told {
  readonly next: { readonly logits?: ReadonlyMap<number, number>; readonly totalLogitWeight?: number };
}
type Input = number | [token: number, options: { generateNext: Wanted }];

/** A place in the cache for one text. */
export interface LlamaSequence {
  readonly contextTokens: readonly number[];
  readonly nextTokenIndex: number;
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
  controlledEvaluate(input: Input[]): Promise<(Told | undefined)[]>;
}
export interface LlamaContext {
  /** Of each sequence, in tokens. */
  readonly contextSize: number;
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}
export interface ContextOptions {
  readonly sequences: number;
  readonly contextSize: number | { readonly max: number };
  readonly batchSize?: number;
  readonly threads?: number;
  readonly flashAttention: boolean | "auto";
  readonly experimentalKvCacheKeyType: "F32" | "F16";
  readonly experimentalKvCacheValueType: "F32" | "F16";
}
export interface LlamaModel {
  readonly trainContextSize: number;
  readonly tokens: { readonly bos: number | null; readonly shouldPrependBosToken: boolean };
  readonly tokenizer: unknown;
  tokenize(text: string, specialTokens?: boolean): number[];
  detokenize(tokens: readonly number[], specialTokens?: boolean): string;
  isEogToken(token: number): boolean;
  createContext(o: ContextOptions): Promise<LlamaContext>;
  dispose(): Promise<void>;
}
interface Llama {
  loadModel(o: { modelPath: string; gpuLayers?: number }): Promise<LlamaModel>;
}

export type ChatItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: string[] };
interface ChatWrapper {
  generateContextState(o: { chatHistory: readonly ChatItem[] }): {
    contextText: { tokenize(tokenizer: unknown): number[] };
  };
}

interface Package {
  getLlama(o: { gpu: "auto" | false; build: "never"; skipDownload: true; logLevel: "error" }): Promise<Llama>;
  resolveChatWrapper(model: LlamaModel): ChatWrapper;
}

const name = "node-llama-cpp";
const install = `npm install ${name}@3`;

const isPackage = (found: unknown): found is Package =>
  typeof found === "object" && found !== null && "getLlama" in found && "resolveChatWrapper" in found;

async function load(): Promise<Package> {
  let found: unknown;
  try {
    found = await import(name);
  } catch (error) {
    throw new UserError(`GGUF files are run by the package ${name}, which is not there`, install, error);
  }
  if (isPackage(found)) return found;
  throw new UserError(`the package ${name} here is not one that is known`, install);
}

export async function installed(): Promise<boolean> {
  return load().then(
    () => true,
    () => false,
  );
}

export interface Opened {
  readonly model: LlamaModel;
  /** The ids of a conversation in the model's own form, open for the next reply or the rest of the last one. */
  chat(history: readonly ChatItem[]): number[];
  close(): Promise<void>;
}

/** llama.cpp with and without a GPU, loaded once: it stays as long as the process. */
const loaded = new Map<boolean, Promise<Llama>>();

async function start(gpu: boolean): Promise<Llama> {
  const { getLlama } = await load();
  try {
    // Building llama.cpp would take minutes, unasked.
    return await getLlama({ gpu: gpu ? "auto" : false, build: "never", skipDownload: true, logLevel: "error" });
  } catch (error) {
    loaded.delete(gpu);
    throw new UserError(
      `${name} has no llama.cpp for this machine: ${messageOf(error)}`,
      `install it with its optional packages: ${install} --include=optional`,
      error,
    );
  }
}

/** Loads a model into memory. UserError if the package, a binary for this machine or the model cannot be had. */
export async function openLlama(file: string, o: { readonly gpu: boolean }): Promise<Opened> {
  const { resolveChatWrapper } = await load();
  const starting = loaded.get(o.gpu) ?? start(o.gpu);
  loaded.set(o.gpu, starting);
  const llama = await starting;
  try {
    const model = await llama.loadModel({ modelPath: file, ...(o.gpu ? {} : { gpuLayers: 0 }) });
    return {
      model,
      chat: (chatHistory) =>
        resolveChatWrapper(model).generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer),
      close: () => model.dispose(),
    };
  } catch (error) {
    throw new UserError(`llama.cpp cannot load ${file}: ${messageOf(error)}`, "give another GGUF file", error);
  }
}
