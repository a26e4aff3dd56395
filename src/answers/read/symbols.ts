/** The vocabulary of the lexer: signs, LaTeX commands, names of functions and letters. */
import type { TokenType } from "./tokens.ts";

type Row = readonly [type: TokenType, text: string];

const table = (type: TokenType, pairs: string): [string, Row][] =>
  pairs.split(" ").map((pair) => {
    const [sign, text = sign] = pair.split("~");
    return [sign, [type, text]];
  });

const greek =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma tau upsilon phi chi psi omega";
const greekSigns = "αβγδεζηθικλμνξορστυφχψω";
const greekNames = greek.split(" ");
const capitalised = (name: string): string => name[0].toUpperCase() + name.slice(1);

/** Unicode signs that are one token. */
export const signs: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...table(
    "operator",
    "+ - * / ^ _ ! ' % ° ± ∓ , ; : | ‖ … ∪ ∩ → & # @ = ×~* ·~* ⋅~* ∙~* ∗~* ⨯~* ÷~/ ∕~/ ⁄~/ ∶~: ∖~\\",
  ),
  ...table(
    "operator",
    "−~- –~- —~- ‐~- ‑~- ‒~- ﹣~- ′~' ’~' ‘~' ″~'' ”~'' “~'' \"~'' ‰ 、~, ٫~, ∧~and ∨~or √ ∛ ∜ € £ ¥ ₹ ₽ ₩ ₿ ₺ ฿ ₫ ₴ ₪ ¢",
  ),
  ...table("compare", "= < > ≤~<= ≥~>= ⩽~<= ⩾~>= ≦~<= ≧~>= ≠~!= ≈ ≅~≈ ≃~≈ ≒~≈ ≐~≈ ≡ ∈~in ∉~notin ⇒ ⟹~⇒ ⇔ ⟺~⇔"),
  ...table("open", "( [ { ⟨ 〈~⟨ ⌊ ⌈"),
  ...table("close", ") ] } ⟩ 〉~⟩ ⌋ ⌉"),
  ...table("domain", "ℝ ℤ ℕ ℚ ℂ ℙ ∅ ⌀~∅ Ø~∅"),
  ...table("constant", "π~pi ∞~infinity ⅈ~i ⅇ~e"),
  ...table("command", "∑~sum ∏~prod ∫~int"),
  ...[...greekSigns].map((sign, i): [string, Row] => [sign, ["letter", greekNames[i]]]),
  ...[..."ΓΔΘΛΞΠΣΦΨΩ"].map((sign, i): [string, Row] => [
    sign,
    ["letter", "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(" ")[i]],
  ]),
  ...table("letter", "ϕ~phi ϵ~epsilon ϑ~theta ϱ~rho ς~sigma ℓ~l ∂~partial ∇~nabla ℏ~hbar µ~mu ∆~Delta ∠ △"),
]);

/** Commands that may have lost the space before a letter. */
export const glued = /^(?:q?quad|cdot|times|pi)(?=[a-zA-Z]$)/u;

/** Signs that make a name of the letters behind them. */
export const figures: Readonly<Record<string, string>> = {
  angle: "∠",
  measuredangle: "∠",
  triangle: "△",
  "∠": "∠",
  "△": "△",
};
export const figure =
  /\s*(?:\{\s*([A-Z]'*(?:\s*[A-Z]'*)*|\d|\\?(?:alpha|beta|gamma|theta))\s*\}|([A-Z]'*(?:\s*[A-Z]'*)*|\d|\\?(?:alpha|beta|gamma|theta))(?![a-zA-Z]))/uy;

/** ASCII signs of several characters. */
export const compound = /<=|>=|=>|!=|==|<>|=\/=|~=|:=|->|\+\/-|\+-|\*\*|\.{3,}|-\+(?=\s*\d)/uy;
/** The tokens they are; points are an ellipsis. */
export const compounds: Readonly<Record<string, Row>> = {
  "<=": ["compare", "<="],
  ">=": ["compare", ">="],
  "=>": ["compare", "⇒"],
  "!=": ["compare", "!="],
  "<>": ["compare", "!="],
  "=/=": ["compare", "!="],
  "==": ["compare", "="],
  ":=": ["compare", "="],
  "~=": ["compare", "≈"],
  "->": ["operator", "→"],
  "+/-": ["operator", "±"],
  "+-": ["operator", "±"],
  "-+": ["operator", "∓"],
  "**": ["operator", "^"],
};

/** Names of functions in letters and after a backslash, with the names they have in trees. */
export const functions: ReadonlyMap<string, string> = new Map(
  (
    "sin cos tan cot sec csc cosec~csc tg~tan ctg~cot arcsin arccos arctan arccot arcsec arccsc asin~arcsin acos~arccos atan~arctan arctg~arctan acot~arccot " +
    "sinh cosh tanh coth sech csch sh~sinh ch~cosh th~tanh arcsinh arccosh arctanh arsinh~arcsinh arcosh~arccosh artanh~arctanh asinh~arcsinh acosh~arccosh atanh~arctanh " +
    "ln log lg exp sqrt cbrt root abs floor ceil ceiling~ceil sgn~sign sign gcd lcm gcf~gcd hcf~gcd min max det arg re Re~re im Im~im " +
    "conj~conjugate conjugate factorial binomial binom~binomial nCr~binomial comb~binomial nPr~permutations perm~permutations mod"
  )
    .split(" ")
    .map((pair) => {
      const [name, inTrees = name] = pair.split("~");
      return [name, inTrees];
    }),
);

/** Names in letters that stand for one letter or constant. */
export const names: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...greekNames.flatMap((name): [string, Row][] => [
    [name, ["letter", name]],
    [capitalised(name), ["letter", capitalised(name)]],
  ]),
  ...table("constant", "pi Pi~pi inf~infinity infty~infinity infinity Infinity~infinity oo~infinity"),
]);

/** LaTeX commands that are one token, or nothing (those of `silent`). */
export const commands: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...[...functions].map(([name, inTrees]): [string, Row] => [name, ["function", inTrees]]),
  ...names,
  ...table("constant", "pi infty~infinity imath~i"),
  ...table(
    "letter",
    "varphi~phi varepsilon~epsilon vartheta~theta varrho~rho varsigma~sigma ell~l hbar partial nabla jmath~j",
  ),
  ...table(
    "operator",
    "cdot~* times~* ast~* bullet~* div~/ pm~± mp~∓ cup~∪ cap~∩ bigcup~∪ bigcap~∩ setminus~\\ smallsetminus~\\ backslash~\\",
  ),
  ...table(
    "operator",
    "mid~| vert~| lvert~| rvert~| Vert~‖ lVert~‖ rVert~‖ prime~' degree~° colon~: to~→ rightarrow~→ longrightarrow~→",
  ),
  ...table(
    "operator",
    "ldots~… dots~… cdots~… dotsc~… dotsb~… land~and wedge~and lor~or vee~or percent~% euro~€ pounds~£ yen~¥ textdollar~$ choose over",
  ),
  ...table(
    "compare",
    "le~<= leq~<= leqslant~<= leqq~<= ge~>= geq~>= geqslant~>= geqq~>= lt~< gt~> ne~!= neq~!= approx~≈ simeq~≈ cong~≈ doteq~≈ thickapprox~≈",
  ),
  ...table("compare", "equiv~≡ in notin Rightarrow~⇒ implies~⇒ Longrightarrow~⇒ iff~⇔ Leftrightarrow~⇔"),
  ...table("open", "lfloor~⌊ lceil~⌈ langle~⟨ lbrack~[ lparen~( lbrace~\\{"),
  ...table("close", "rfloor~⌋ rceil~⌉ rangle~⟩ rbrack~] rparen~) rbrace~\\}"),
  ...table("domain", "emptyset~∅ varnothing~∅ R~ℝ Z~ℤ N~ℕ Q~ℚ C~ℂ reals~ℝ Reals~ℝ"),
  ...table(
    "command",
    "frac dfrac~frac tfrac~frac cfrac~frac sfrac~frac nicefrac~frac sqrt binom dbinom~binom tbinom~binom sum prod int iint~unknown oint~unknown lim pmod overline bar~overline",
  ),
  ...table("function", "bmod~mod"),
]);

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Commands that only change how things look. */
export const silent = set(
  "displaystyle textstyle scriptstyle limits nolimits left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm rm bf it " +
    "cal tt sf normalsize large Large LARGE small footnotesize boldmath centering boxed fbox mathbf mathit mathcal mathsf boldsymbol bm pmb vec hat tilde widehat " +
    "overrightarrow underline ensuremath mathstrut nonumber therefore hline mathop mathord mathrel bold",
);

/** Commands that are white space. */
export const blank = set("quad qquad space thinspace enspace enskip medspace thickspace , ; : > ~");

/** Commands whose argument is text. */
export const textual = set(
  "text textrm textbf textit textsf texttt textup textnormal mbox hbox mathrm operatorname emph mathtt si",
);

/** Letters of \mathbb and their like. */
export const blackboard: ReadonlyMap<string, string> = new Map([
  ["R", "ℝ"],
  ["Z", "ℤ"],
  ["N", "ℕ"],
  ["Q", "ℚ"],
  ["C", "ℂ"],
  ["P", "ℙ"],
]);

/** Vulgar fractions. */
export const vulgar: ReadonlyMap<string, readonly [bigint, bigint]> = new Map(
  "½1/2 ⅓1/3 ⅔2/3 ¼1/4 ¾3/4 ⅕1/5 ⅖2/5 ⅗3/5 ⅘4/5 ⅙1/6 ⅚5/6 ⅐1/7 ⅛1/8 ⅜3/8 ⅝5/8 ⅞7/8 ⅑1/9 ⅒1/10"
    .split(" ")
    .map((entry) => {
      const [n, d] = entry.slice(1).split("/");
      return [entry[0], [BigInt(n), BigInt(d)]];
    }),
);

const aligned = (raised: string, plain: string): ReadonlyMap<string, string> =>
  new Map([...raised].map((sign, i) => [sign, plain[i]]));

export const superscripts = aligned("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱˣ", "0123456789+-()nix");
export const subscripts = aligned("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₙᵢₓₐₖₘ", "0123456789+-()nixakm");
