/** Words that tell prose from answers. */

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u));

/** Where one of these stands, it is a statement about an answer and not the answer. */
export const prose = set(
  `is are was were be been being am has have had having does did do done doing will would can could should must shall isn't aren't don't
  she he they we i you it its this these those there their his her our my your which who whom whose what why how because since
  therefore thus so hence then if when while after before until gives give gave get gets got makes make made equals equal needs need
  needed costs cost means mean find found let leaves remains sold bought earned spends spent takes took total totals altogether
  also however but therefore finally overall summing adding multiplying dividing subtracting calculate calculated answer answers
  option choose respectively that`,
);

/** Words of mathematics and measure: any number of them may stand in an answer. */
export const neutral = set(
  `and or to per of from the a an in pi sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp sqrt root cbrt gcd lcm min max mod
  floor ceil abs det deg frac dfrac tfrac sq square cubic squared cubed percent degrees dozen hundred thousand million billion minus negative plus half
  union intersection infinity infty real all integer integers numbers about approximately roughly times base am pm oclock`,
);

/** Statements that are answers although they have a verb. */
export const settled =
  /^(?:there (?:is|are|exists?|exist) no|no|none|has no|have no) [\p{L} ]{0,40}$|^(?:the limit |it |the answer )?(?:does not exist|doesn't exist|cannot be determined|can't be determined|is undefined|is impossible)$|^not (?:enough|sufficient) information$/iu;

/** What a counted noun is not: a number with this behind it is a number alone. */
export const stops = set(
  `a an the in of per each every to from for by on at with more less left remaining total altogether combined now today and or but so then
  than that which who is are was were be has have had do does did will would can could since because as if when while after before until
  between among into out over under again once twice times time plus minus equals divided multiplied away extra additional together overall
  not no only just also too back ago later longer greater smaller fewer higher lower taller older younger remain remains via through during
  within without across around about up down off it she he they we you i this these those there here any all both either neither`,
);

export const irregularPlurals = set(
  "people men women children feet teeth mice geese fish sheep deer oxen dice cattle police cacti",
);

export const months =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";

/** A clause that only explains what stands before it. */
export const clause =
  /,?\s+(?:because|since|which|where|when|as|so|assuming|given|considering|meaning|i\.e\.|for example|if we|after|before|weil|da|car|parce que|porque|потому что|так как)(?![\p{L}])|,\s+(?:and|but)\s+(?=(?:we|it|this|that|the|she|he|they)(?!\p{L}))|(?:，|,)?(?:因为|所以)/iu;

/** "there is no solution", wherever it stands in a sentence. */
export const nothing =
  /(?<!\p{L})(?:there\s+(?:is|are|exists?)\s+|has\s+|have\s+)?no\s+(?:(?:real|integer|rational|positive|valid|such|possible|other|finite)\s+){0,2}(?:solutions?|roots?|numbers?|values?|limit|answer|integers?|points? of intersection|intersections?|triangles?|functions?)(?![\p{L}])/iu;
