import type { Command } from "commander";
import { kinds, type Kind, type Method } from "../core/method.ts";
import { optionsOf, type OptionInfo } from "../evolution/options.ts";
import { findMethod, registry } from "../registry.ts";
import { json, line, paint, table, wrap, type Io } from "./io.ts";

export interface MethodInfo {
  readonly id: string;
  readonly kind: Kind;
  readonly section: string;
  readonly about: string;
  readonly options: Readonly<Record<string, OptionInfo>>;
}

const infoOf = (method: Method): MethodInfo => {
  const { id, kind, section, about } = method;
  return { id, kind, section, about, options: optionsOf(method) };
};

/** Lists the methods there are, or tells all of one. */
export async function methodsCommand(io: Io, id: string | undefined, o: { json?: boolean }): Promise<MethodInfo[]> {
  const chosen =
    id === undefined ? await Promise.all([...registry.values()].map((entry) => entry.load())) : [await findMethod(id)];
  const infos = chosen.map(infoOf);
  if (o.json === true) json(io, infos);
  else if (id === undefined) list(io, infos);
  else tell(io, chosen[0], infos[0]);
  return infos;
}

function list(io: Io, infos: readonly MethodInfo[]): void {
  const width = Math.max(...infos.map(({ id }) => id.length)) + 2;
  for (const kind of kinds) {
    const members = infos.filter((info) => info.kind === kind);
    if (members.length === 0) continue;
    line(io, paint(io, "bold", kind));
    for (const { id, about } of members) {
      const indent = " ".repeat(width + 2);
      line(
        io,
        `  ${paint(io, "cyan", id.padEnd(width))}${wrap(about, Math.max(60, Math.min(io.columns, 110)), indent).slice(indent.length)}`,
      );
    }
    line(io);
  }
  line(io, `${infos.length} methods; the options of one: autodidact methods ID`);
}

function tell(io: Io, method: Method, { id, kind, section, about, options }: MethodInfo): void {
  line(io, `${paint(io, "bold", id)}  ${kind}, section ${section}`);
  line(io, about);
  line(io, paint(io, "dim", `Source: ${method.source}`));
  line(io);
  const rows = Object.entries(options).map(([name, option]) => [
    name,
    option.default === undefined ? (option.required === true ? "required" : "–") : JSON.stringify(option.default),
    option.type,
    option.description ?? "",
  ]);
  if (rows.length === 0) return line(io, "It has no options.");
  line(
    io,
    table([["option", "default", "type", ""], ...rows], {
      styled: (cell, row, column) => paint(io, row === 0 ? "dim" : column === 0 ? "cyan" : "reset", cell),
    }),
  );
}

export function addMethods(program: Command, io: Io): void {
  program
    .command("methods")
    .summary("list the methods, or the options of one")
    .description("Lists every method by kind; with an id, its source and its options with their defaults.")
    .argument("[id]", "a method")
    .option("--json", "a JSON list of { id, kind, section, about, options }")
    .addHelpText("after", "\nExample\n  autodidact methods expert-iter")
    .action(async (id: string | undefined, o: { json?: boolean }) => void (await methodsCommand(io, id, o)));
}
