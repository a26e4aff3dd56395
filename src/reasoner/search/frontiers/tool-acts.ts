import type { Context, Tool } from "../../../core/context.ts";
import { messageOf } from "../../../core/errors.ts";
import type { Message } from "../../../core/model.ts";

/** What a turn decides on. */
export interface Act {
  readonly kind: "call" | "finish" | "give-up" | "unparsable";
  readonly tool: string;
  readonly input: string;
}

/** A turn as it was taken. */
export interface Tried {
  readonly text: string;
  readonly act: Act;
  /** What the tool said. */
  readonly observation: string;
}

/** The act of a turn: its last "Action: NAME" and what follows after "Input:". */
export function readAct(turn: string): Act {
  const name = [...turn.matchAll(/^\W*action\W*:\s*(.+?)\s*$/gimu)].at(-1);
  if (name === undefined) return { kind: "unparsable", tool: "", input: "" };
  const tool = name[1].replaceAll(/^[`"'*]+|[`"'*.]+$/gu, "");
  const rest = turn.slice(name.index + name[0].length);
  const input = /(?:action\s+)?input\W*?:([^]*)/iu.exec(rest)?.[1].trim() ?? "";
  const plain = tool.toLowerCase().replaceAll(/[\s_]/gu, "-");
  if (plain === "finish") return { kind: "finish", tool, input };
  if (plain === "give-up") return { kind: "give-up", tool, input };
  return { kind: "call", tool, input };
}

export const toolPrompt = (question: string, tools: readonly Tool[]): string =>
  `${question}\n\nYou may use tools:\n${tools.map(({ name, about }) => `- ${name}: ${about}`).join("\n")}\n\n` +
  "In each turn write a thought, then one action, in these three lines:\nThought: why\nAction: name of the tool\n" +
  "Input: what it is given\nThe action finish ends the work: its input is the final answer. The action give-up goes back " +
  "to an earlier point when this way leads nowhere.";

/** Asks for something else than what was tried at this point. */
export const differently = (earlier: readonly Tried[]): string => {
  const tried = earlier.map(({ act, text, observation }, i) => {
    const said = act.kind === "call" ? `Action: ${act.tool}\nInput: ${act.input}\nIt gave: ${observation}` : text;
    return `${i + 1}. ${said}`;
  });
  return `Tried at this point already:\n${tried.join("\n")}\nTake a different action now.`;
};

/** The conversation up to a point, and what was tried there. */
export function turnMessages(
  question: string,
  tools: readonly Tool[],
  path: readonly Tried[],
  earlier: readonly Tried[],
): Message[] {
  return [
    { role: "user", content: toolPrompt(question, tools) },
    ...path.flatMap(({ text, observation }): Message[] => [
      { role: "assistant", content: text },
      { role: "user", content: `Observation: ${observation}` },
    ]),
    ...(earlier.length > 0 ? [{ role: "user" as const, content: differently(earlier) }] : []),
  ];
}

/** What a tool says; a failing or unknown one says so. */
export async function observe(tool: Tool | undefined, { tool: name, input }: Act, c: Context): Promise<string> {
  if (tool === undefined) return `There is no tool "${name}".`;
  try {
    return await tool.run(input, c.signal);
  } catch (thrown) {
    return `The tool failed: ${messageOf(thrown)}`;
  }
}
