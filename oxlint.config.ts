import { defineConfig, type OxlintOverride } from "oxlint";

const modules = ["task-creator", "reasoner", "evaluator", "post-processor", "training"];
const ground = ["engine", "store", "answers", "sandbox"];
const above = ["evolution", "server", "cli", "registry", "registry.gen", "index"];
const folders = ["core", ...ground, ...modules, ...above];

/** What may import what: the folders of src/ that each folder of src/ may reach, besides itself. */
const layers: Record<string, readonly string[]> = {
  core: [],
  ...Object.fromEntries(ground.map((folder) => [folder, ["core"]])),
  ...Object.fromEntries(modules.map((folder) => [folder, ["core", ...ground]])),
  evolution: ["core", ...ground, ...modules],
  server: ["core", ...ground, "evolution", "registry", "registry.gen"],
  cli: ["core", ...ground, "evolution", "registry", "registry.gen", "server"],
};

const layerRules = Object.entries(layers).map(([folder, reach]): OxlintOverride => {
  const forbidden = folders.filter((other) => other !== folder && !reach.includes(other));
  const regex = `^(\\.\\./)+(${forbidden.join("|").replaceAll(".", "\\.")})(/|\\.ts$)`;
  const message = `src/${folder} may import only from ${[folder, ...reach].join(", ")}: let collaborators arrive as arguments.`;
  return {
    files: [`src/${folder}/**`],
    // A test may bring a collaborator of another module; what it tests may not.
    excludeFiles: ["**/*.test.ts"],
    rules: { "eslint/no-restricted-imports": ["error", { patterns: [{ regex, message }] }] },
  };
});

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  env: { node: true, es2024: true },
  ignorePatterns: ["dist/**", "runs/**", "**/*.gen.ts"],
  rules: {
    "import/no-cycle": "error",
    "eslint/eqeqeq": "error",
    "eslint/no-eval": "error",
    "eslint/no-new-func": "error",
    "eslint/prefer-const": "error",
    "typescript/ban-ts-comment": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-asserted-nullish-coalescing": "error",
    "typescript/no-non-null-asserted-optional-chain": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-function-type": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    // Rounds, episodes and batches follow one another: awaiting in a loop is what is meant.
    "eslint/no-await-in-loop": "off",
    // A message after the value says what a loop was at: expect(value, message).
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
    // False alarms: workers' postMessage, exhaustive switches (tsc checks returns), closures written as methods, strings of ASCII.
    "unicorn/require-post-message-target-origin": "off",
    "typescript/consistent-return": "off",
    "typescript/unbound-method": "off",
    "typescript/no-misused-spread": "off",
    // Matters of taste, not of correctness or speed here.
    "eslint/no-unmodified-loop-condition": "off",
    "import/no-unassigned-import": "off",
    "oxc/no-map-spread": "off",
    "promise/always-return": "off",
    "typescript/no-unnecessary-type-parameters": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-new-array": "off",
    "vitest/no-conditional-expect": "off",
  },
  overrides: [
    {
      files: ["src/**/*.ts"],
      rules: {
        "eslint/max-lines": ["error", { max: 400 }],
        "eslint/no-restricted-properties": [
          "error",
          { object: "Math", property: "random", message: "Take the random source as an argument (core/random.ts)." },
        ],
      },
    },
    ...layerRules,
    {
      // Untyped: the launcher has to run on a Node that cannot strip types.
      files: ["**/*.js"],
      rules: {
        "typescript/no-unsafe-argument": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-call": "off",
        "typescript/no-unsafe-member-access": "off",
        "typescript/no-unsafe-return": "off",
      },
    },
    {
      files: ["**/*.test.ts"],
      rules: { "typescript/no-unsafe-assignment": "off" },
    },
  ],
});
