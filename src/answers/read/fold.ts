/** Text as it is compared: without case, accents, punctuation, articles and needless white space. */

const wrapper =
  /\\(?:text(?:bf|it|rm|sf|tt|normal)?|mathrm|mathbf|mathit|operatorname|emph|mbox|hbox|left|right|displaystyle|[dt]?frac)(?![a-zA-Z])/gu;
const looks = /\\(?:,|;|:|!|\s|quad|qquad)|~/gu;
const mathematics = /[=+*/^\\_<>|[\]×÷√∑∫≤≥≠≈∈{}]|\d\s*[-−(]|[-−(]\s*\d|\p{L}\(/u;
/** White space in formulas, except between letters or digits. */
const needless = /(?<![\p{L}\p{N}])\s|\s(?![\p{L}\p{N}])/gu;
const article = /(?<![\p{L}\p{N}])(?:a|an|the)(?![\p{L}\p{N}])/gu;
const marks = /\p{M}/gu;
/** Points and commas inside numbers and signs before them are no punctuation. */
const punctuation =
  /(?<!\d)[.,](?!\d)|(?<=\d)[.,](?!\d)|(?<!\d)[,](?=\d)|(?<!\d)["”]|[;:!?“„«»()…·•*`´¡¿#]|(?<![\s(]|^)[-–—](?=\s|$)/gu;

/**
 * Folds a text. Words lose what does not distinguish them; what looks like mathematics that could not be read loses only
 * white space and what changes its looks, since "x" and "X" or "a − b" and "a b" differ.
 */
export function fold(text: string, caseSensitive: boolean): string {
  const plain = text.includes("\\")
    ? text.replaceAll(wrapper, (name) => (name.endsWith("frac") ? "\\frac" : " ")).replaceAll(looks, " ")
    : text;
  const unwrapped =
    plain.includes("{") && !plain.includes("\\") ? plain.replaceAll(/[{}$]/gu, " ") : plain.replaceAll("$", " ");
  if (mathematics.test(unwrapped))
    return unwrapped.trim().replaceAll(/\s+/gu, " ").replaceAll(needless, "") || text.trim();
  const words = unwrapped
    .normalize("NFKD")
    .replaceAll(marks, "")
    .replaceAll(/(?<!\d)['’‘]/gu, "")
    .replaceAll(punctuation, " ")
    .replaceAll(/(?<=\p{L})[-–—_](?=\p{L})/gu, " ");
  const cased = caseSensitive ? words : words.toLowerCase().replaceAll("ß", "ss");
  const spaced = (from: string): string => from.replaceAll(/\s+/gu, " ").trim();
  return spaced(cased.replaceAll(article, " ")) || spaced(cased) || text.trim();
}
