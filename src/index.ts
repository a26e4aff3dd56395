/** The public API. Methods are loaded by id: `findMethod("grpo")`; what they fulfil is in `core/contracts.ts`. */
export { audit, type Finding } from "./answers/audit.ts";
export { eq } from "./answers/eq.ts";
export { extract, extractAll, type Extraction } from "./answers/extract/extract.ts";
export { defaultPolicy, policySchema, type Policy, type PolicyInput } from "./answers/policy.ts";
export type { Verdict as AnswerVerdict } from "./answers/term.ts";
export { verify } from "./answers/verify.ts";
export { vote, type Vote } from "./answers/vote.ts";

export { Budget, type Limits } from "./core/budget.ts";
export {
  addCost,
  noCost,
  roles,
  type Call,
  type CallId,
  type Cost,
  type Ids,
  type Role,
  type Version,
} from "./core/call.ts";
export type { CollectContext, Context, RunEvent, Sample, Tool } from "./core/context.ts";
export type {
  Advantage,
  Builder,
  Evaluator,
  Generator,
  Guide,
  GuideNode,
  Lesson,
  Loss,
  Objective,
  PostProcessor,
  Processed,
  Reasoned,
  Reasoner,
  Scored,
  ScoredRow,
  Stats,
  TaskCreator,
} from "./core/contracts.ts";
export { responseTokens, rowsOf, weightAt, type Datum, type Row } from "./core/datum.ts";
export { UserError } from "./core/errors.ts";
export type { CritiqueVerdict, ExactTruth, Family, Form, Parsed, Verdict } from "./core/family.ts";
export { scoreOf, type Drop, type Group, type Memory } from "./core/group.ts";
export type { Json } from "./core/json.ts";
export type { Judgement } from "./core/judgement.ts";
export { defineMethod, type ContractName, type Contracts, type Kind, type Method } from "./core/method.ts";
export type {
  AdamW,
  Capabilities,
  Completion,
  Cursor,
  Distribution,
  LogitRule,
  Message,
  Model,
  Output,
  Outputs,
  Prompt,
  Sampling,
  Sequence,
  Tokenizer,
  Trainable,
} from "./core/model.ts";
export { random, uniform, type Random } from "./core/random.ts";
export type { Episode, RunError, Solution, Step } from "./core/solution.ts";
export type { Child, Space } from "./core/space.ts";
export { ask, type Origin, type Question, type Split, type Task } from "./core/task.ts";
export { pathTo, type Tree, type TreeNode } from "./core/tree.ts";

export { fromAiSdk } from "./engine/ai-sdk.ts";
export type { EmbeddedModel } from "./engine/embedded/embedded.ts";
export { createEmbedded, loadEmbedded, type EmbeddedOptions } from "./engine/embedded/opening.ts";
export { openOpenAI, type OpenAIModel, type OpenAIOptions } from "./engine/openai/openai.ts";
export { scripted } from "./engine/scripted.ts";
export { tabular } from "./engine/tabular.ts";
export { wordTokenizer } from "./engine/words.ts";

export { makeContext, memoryCalls } from "./evolution/context.ts";
export { evaluate, heldOut, type Accuracy } from "./evolution/evaluate.ts";
export { evolve, type Evolved, type EvolveOptions } from "./evolution/evolve.ts";
export { recipeSchema, type Phase, type Recipe, type RecipeInput } from "./evolution/recipe.ts";
export { instantiate, type FindMethod, type Ref } from "./evolution/resolver.ts";
export { searching, type Searched } from "./evolution/searching.ts";
export { findMethod, registry } from "./registry.ts";
export type { Interpreter, Limits as SandboxLimits, Outcome, RunInput, Sandbox, Value } from "./sandbox/contract.ts";
export { layers } from "./sandbox/doctor.ts";
export type { Layer, LayerName } from "./sandbox/layers.ts";
export { createSandbox, type SandboxOptions } from "./sandbox/pool.ts";
export { runAll, runTests, type ProgramInput, type TestReport } from "./sandbox/tests.ts";
export { calculator, pythonTool } from "./sandbox/tools.ts";
export { exportData } from "./store/export.ts";
export { forkInto } from "./store/fork.ts";
export { Ledger } from "./store/ledger.ts";
