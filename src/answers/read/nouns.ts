/** What is counted: the words after a number that is no measurement. */

const irregular: ReadonlyMap<string, string> = new Map(
  "people~person children~child men~man women~woman feet~foot geese~goose mice~mouse teeth~tooth oxen~ox dice~die leaves~leaf loaves~loaf knives~knife wives~wife lives~life wolves~wolf shelves~shelf halves~half calves~calf thieves~thief scarves~scarf cacti~cactus fungi~fungus vertices~vertex indices~index matrices~matrix axes~axis potatoes~potato tomatoes~tomato heroes~hero echoes~echo movies~movie cookies~cookie pies~pie ties~tie brownies~brownie series~series species~species buses~bus bus~bus gases~gas gas~gas lenses~lens lens~lens news~news"
    .split(" ")
    .map((pair): [string, string] => {
      const [plural, one] = pair.split("~");
      return [plural, one];
    }),
);

/** The singular of an English noun in lower case. */
export function singular(noun: string): string {
  const known = irregular.get(noun);
  if (known !== undefined) return known;
  const compound =
    /^(.*(?:fire|police|sales|chair|fisher|snow|work|sports|business|grand|god|step|school))(men|women|children|people)$/u.exec(
      noun,
    );
  if (compound) return compound[1] + singular(compound[2]);
  if (/[^aeiou]ies$/u.test(noun) && noun.length > 4) return `${noun.slice(0, -3)}y`;
  if (/(?:ss|x|z|ch|sh)es$/u.test(noun)) return noun.slice(0, -2);
  if (/[^siu']s$/u.test(noun) && noun.length > 2) return noun.slice(0, -1);
  return noun;
}

/** Words that end what is counted. */
const ends = new Set(
  "of in on at who whom that which left remaining remain total altogether overall with each apiece for from during around there here now today together".split(
    " ",
  ),
);

/** Words that say that more is meant than a count. */
const verbs = new Set(
  "is are was were be been am has have had do does did can could will would may might must shall should if because since so then but or and nor not no than as to by when while until unless less fewer greater least most every out times mod base such times over percent".split(
    " ",
  ),
);

const fillers = new Set("the a an more other additional extra different total whole full possible of".split(" "));

/** Words that may be counted at most. */
const longest = 4;

/**
 * The noun, singular, that `words` (lower case) count; "" if they only comment on the number ("in total", "left");
 * undefined if they are no count.
 */
export function countedNoun(words: readonly string[]): string | undefined {
  if (words.some((word) => verbs.has(word) || !/^[\p{L}\p{M}'’-]+$/u.test(word))) return undefined;
  const cut = words.findIndex((word, i) => ends.has(word) && !(word === "total" && i < words.length - 1));
  const noun = (cut < 0 ? words : words.slice(0, cut)).filter((word) => !fillers.has(word));
  if (noun.length > longest || words.length > 12) return undefined;
  const per = noun.indexOf("per");
  const head = per < 0 ? noun.length - 1 : per - 1;
  return noun.map((word, i) => (i === head ? singular(word) : word)).join(" ");
}
