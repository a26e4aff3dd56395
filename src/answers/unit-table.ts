/**
 * The units of measure: names, symbols, dimensions and exact scales.
 *
 * Scales are those of the SI brochure (9th edition), NIST Special Publication 811 and, for the US customary and imperial units, of
 * the international yard and pound of 1959. Months and years have a dimension of their own: no whole number of days is exact for both.
 * Left out on purpose: names that are nouns of word problems first (rods, chains, hands, bushels, turns, nickels).
 */

/**
 * `names`: separated by spaces, "_" for a space inside one; any case, plurals are derived.
 * `symbols`: case matters. `dims`: "kg m s-2". `scale`: "254/10000", "0.3048", "1e-10", with a trailing " π" or " /π".
 * `prefixes`: the SI prefixes its symbols take; all prefixes go with the names then ("-": only with the names).
 */
export type UnitRow = readonly [names: string, symbols: string, dims: string, scale: string, prefixes?: string];

const length: readonly UnitRow[] = [
  ["meter metre", "m", "m", "1", "nµumcdhkMG"],
  ["inch", "in", "m", "0.0254"],
  ["foot feet", "ft", "m", "0.3048"],
  ["yard", "yd yds", "m", "0.9144"],
  ["mile statute_mile", "mi", "m", "1609.344"],
  ["nautical_mile", "nmi NM", "m", "1852"],
  ["furlong", "", "m", "201.168"],
  ["fathom", "", "m", "1.8288"],
  ["micron", "µ", "m", "1e-6"],
  ["angstrom ångström", "Å", "m", "1e-10"],
  ["astronomical_unit", "AU au", "m", "149597870700"],
  ["light-year light_year lightyear", "ly", "m", "9460730472580800"],
  ["parsec", "pc", "m", "96939420213600000 /π", "kMG"],
];

const area: readonly UnitRow[] = [
  ["hectare", "ha", "m2", "10000"],
  ["acre", "ac", "m2", "4046.8564224"],
  ["", "sqft sf", "m2", "0.09290304"],
  ["", "sqm", "m2", "1"],
  ["", "sqkm", "m2", "1000000"],
  ["", "sqmi", "m2", "2589988.110336"],
  ["barn", "", "m2", "1e-28"],
];

const volume: readonly UnitRow[] = [
  ["liter litre", "L l ℓ", "m3", "0.001", "nµumcdhkM"],
  ["", "cc ccm", "m3", "1e-6"],
  ["gallon us_gallon", "gal", "m3", "0.003785411784"],
  ["quart", "qt qts", "m3", "0.000946352946"],
  ["pint", "pt pts", "m3", "0.000473176473"],
  ["cup", "", "m3", "0.0002365882365"],
  ["fluid_ounce fl_oz", "floz", "m3", "0.0000295735295625"],
  ["tablespoon", "tbsp Tbsp", "m3", "0.00001478676478125"],
  ["teaspoon", "tsp", "m3", "0.00000492892159375"],
  ["imperial_gallon", "", "m3", "0.00454609"],
  ["imperial_pint", "", "m3", "0.00056826125"],
];

const mass: readonly UnitRow[] = [
  ["gram gramme", "g gm", "kg", "0.001", "pnµumcdhkMG"],
  ["kilo", "kgs", "kg", "1"],
  ["", "mcg", "kg", "1e-9"],
  ["tonne metric_ton", "", "kg", "1000", "kMG"],
  ["ton short_ton us_ton", "", "kg", "907.18474"],
  ["long_ton imperial_ton", "", "kg", "1016.0469088"],
  ["pound pound-mass", "lb lbs lbm", "kg", "0.45359237"],
  ["ounce", "oz", "kg", "0.028349523125"],
  ["troy_ounce", "ozt", "kg", "0.0311034768"],
  ["stone", "", "kg", "6.35029318"],
  ["carat", "ct", "kg", "0.0002"],
  ["dalton atomic_mass_unit", "Da amu", "kg", "1.66053906892e-27"],
];

const time: readonly UnitRow[] = [
  ["second", "s sec secs", "s", "1", "fpnµm"],
  ["minute", "min mins", "s", "60"],
  ["hour", "h hr hrs", "s", "3600"],
  ["day", "", "s", "86400"],
  ["week", "wk wks", "s", "604800"],
  ["fortnight", "", "s", "1209600"],
  ["month", "mo mos", "month", "1"],
  ["year", "yr yrs", "month", "12", "kMG"],
  ["decade", "", "month", "120"],
  ["century", "", "month", "1200"],
  ["millennium millennia", "", "month", "12000"],
];

const compound: readonly UnitRow[] = [
  ["", "mph", "m s-1", "0.44704"],
  ["", "kph kmph kmh", "m s-1", "5/18"],
  ["", "fps", "m s-1", "0.3048"],
  ["", "mps", "m s-1", "1"],
  ["knot", "kn kt kts", "m s-1", "1852/3600"],
  ["", "mpg", "m-2", "1609.344/0.003785411784"],
  ["hertz", "Hz", "s-1", "1", "mkMGT"],
  ["", "rpm RPM", "angle s-1", "1/30 π"],
  ["newton", "N", "kg m s-2", "1", "nµumkMG"],
  ["dyne", "dyn", "kg m s-2", "1e-5"],
  ["pound-force", "lbf", "kg m s-2", "4.4482216152605"],
  ["joule", "J", "kg m2 s-2", "1", "nµumkMGT"],
  ["erg", "", "kg m2 s-2", "1e-7"],
  ["calorie", "cal", "kg m2 s-2", "4.184", "k"],
  ["watt-hour watthour watt_hour", "Wh", "kg m2 s-2", "3600", "kMGT"],
  ["electronvolt electron-volt electron_volt", "eV", "kg m2 s-2", "1.602176634e-19", "mkMGT"],
  ["british_thermal_unit", "BTU Btu", "kg m2 s-2", "1055.05585262"],
  ["watt", "W", "kg m2 s-3", "1", "nµumkMGT"],
  ["horsepower", "hp HP", "kg m2 s-3", "745.69987158227022"],
  ["pascal", "Pa", "kg m-1 s-2", "1", "mhkMGT"],
  ["", "bar", "kg m-1 s-2", "100000", "mk"],
  ["atmosphere", "atm", "kg m-1 s-2", "101325"],
  ["torr", "Torr", "kg m-1 s-2", "101325/760"],
  ["", "mmHg", "kg m-1 s-2", "133.322387415"],
  ["", "psi", "kg m-1 s-2", "4.4482216152605/0.00064516"],
];

const electricity: readonly UnitRow[] = [
  ["ampere amp", "A", "A", "1", "pnµumk"],
  ["", "Ah", "A s", "3600", "m"],
  ["coulomb", "", "A s", "1", "-"],
  ["volt", "V", "kg m2 s-3 A-1", "1", "nµumkM"],
  ["ohm", "Ω", "kg m2 s-3 A-2", "1", "µmkMG"],
  ["siemens", "", "kg-1 m-2 s3 A2", "1", "-"],
  ["farad", "", "kg-1 m-2 s4 A2", "1", "-"],
  ["tesla", "", "kg s-2 A-1", "1", "-"],
  ["gauss", "", "kg s-2 A-1", "0.0001"],
  ["weber", "Wb", "kg m2 s-2 A-1", "1", "m"],
  ["henry", "", "kg m2 s-2 A-2", "1", "-"],
];

const others: readonly UnitRow[] = [
  ["kelvin degree_kelvin degrees_kelvin", "K °K", "K", "1", "mµ"],
  ["mole", "mol", "mol", "1", "pnµumk"],
  ["candela", "cd", "cd", "1"],
  ["lumen", "lm", "cd", "1"],
  ["lux", "lx", "cd m-2", "1"],
  ["becquerel", "Bq", "s-1", "1", "kMGT"],
  ["curie", "Ci", "s-1", "37000000000"],
  ["gray", "Gy", "m2 s-2", "1", "µm"],
  ["sievert", "Sv", "m2 s-2", "1", "µm"],
  ["katal", "kat", "mol s-1", "1"],
  ["unit", "", "unit", "1"],
];

const angles: readonly UnitRow[] = [
  ["radian", "rad rads", "angle", "1", "µm"],
  ["degree", "° deg degs", "angle", "1/180 π"],
  ["gradian gon", "grad", "angle", "1/200 π"],
  ["arcminute minute_of_arc minutes_of_arc arc_minute", "arcmin", "angle", "1/10800 π"],
  ["arcsecond second_of_arc seconds_of_arc arc_second", "arcsec", "angle", "1/648000 π"],
  ["revolution", "rev revs", "angle", "2 π"],
  ["steradian", "sr", "angle2", "1"],
];

const data: readonly UnitRow[] = [
  ["bit", "", "bit", "1", "kMGTP"],
  ["byte", "", "bit", "8", "kMGTPE"],
  ["", "bps", "bit s-1", "1", "kMGT"],
];

/** Symbols that mean a unit only with a prefix or beside another unit (N/C, 5 µF): alone, a letter may be anything. */
export const shyUnits: readonly UnitRow[] = [
  ["", "C", "A s", "1", "pnµum"],
  ["", "F", "kg-1 m-2 s4 A2", "1", "pnµum"],
  ["", "T", "kg s-2 A-1", "1", "nµum"],
  ["", "S", "kg-1 m-2 s3 A2", "1", "µm"],
  ["", "H", "kg m2 s-2 A-2", "1", "nµum"],
  ["", "b", "bit", "1", "kMGTP"],
  ["", "B", "bit", "8", "kKMGTPE"],
  ["", "d", "s", "86400"],
  ["", "t", "kg", "1000", "M"],
  ["", "y a", "month", "12", "kMG"],
];

export const measures: readonly UnitRow[] = [
  ...length,
  ...area,
  ...volume,
  ...mass,
  ...time,
  ...compound,
  ...electricity,
  ...others,
  ...data,
];

export { angles };

export const shares: readonly UnitRow[] = [
  ["percent per_cent percentage_point percentage_points percentage", "% pct", "", "1/100"],
  ["permille per_mille per_mil", "‰", "", "1/1000"],
  ["basis_point", "", "", "1/10000"],
  ["parts_per_million", "ppm", "", "1/1000000"],
  ["parts_per_billion", "ppb", "", "1/1000000000"],
];

/** Signs, codes and names of currencies. "pounds" alone is a weight, "pesos", "crowns" and "francs" are several currencies: not here. */
export const money: readonly UnitRow[] = [
  ["dollar us_dollar american_dollar buck", "$ US$ USD$ $US", "USD", "1"],
  ["cent us_cent penny", "¢", "USD", "1/100"],
  ["euro", "€", "EUR", "1"],
  ["eurocent euro_cent", "", "EUR", "1/100"],
  ["pound_sterling pounds_sterling british_pound quid", "£", "GBP", "1"],
  ["pence", "", "GBP", "1/100"],
  ["yen japanese_yen", "¥ JP¥", "JPY", "1"],
  ["yuan chinese_yuan renminbi", "CN¥ RMB rmb 元", "CNY", "1"],
  ["rupee indian_rupee", "₹ Rs", "INR", "1"],
  ["paise paisa", "", "INR", "1/100"],
  ["ruble rouble russian_ruble", "₽", "RUB", "1"],
  ["kopek kopeck", "", "RUB", "1/100"],
  ["korean_won", "₩", "KRW", "1"],
  ["reais brazilian_real", "R$", "BRL", "1"],
  ["canadian_dollar", "C$ CA$ CAD$", "CAD", "1"],
  ["australian_dollar", "A$ AU$", "AUD", "1"],
  ["new_zealand_dollar", "NZ$", "NZD", "1"],
  ["singapore_dollar", "S$", "SGD", "1"],
  ["hong_kong_dollar", "HK$", "HKD", "1"],
  ["swiss_franc", "", "CHF", "1"],
  ["mexican_peso", "MX$", "MXN", "1"],
  ["turkish_lira", "₺", "TRY", "1"],
  ["shekel", "₪", "ILS", "1"],
  ["hryvnia", "₴", "UAH", "1"],
  ["naira", "₦", "NGN", "1"],
  ["baht", "฿", "THB", "1"],
  ["dong", "₫", "VND", "1"],
  ["zloty", "zł", "PLN", "1"],
  ["bitcoin", "₿", "BTC", "1"],
];

/** ISO 4217; each is a unit of its own. */
export const currencyCodes =
  "USD EUR GBP JPY CNY INR RUB KRW BRL CAD AUD NZD SGD HKD TWD CHF MXN TRY ILS UAH NGN THB VND PLN SEK NOK DKK CZK HUF RON BGN ISK ZAR IDR MYR PHP PKR BDT EGP SAR AED ARS CLP COP KES";

/** Spellings with the wrong case that can only mean one thing; "mw" and "MM" for mega are not among them. */
export const foldedSymbols: Readonly<Record<string, string>> = {
  km: "km",
  cm: "cm",
  mm: "mm",
  kg: "kg",
  kgs: "kgs",
  ml: "mL",
  hz: "Hz",
  khz: "kHz",
  mhz: "MHz",
  ghz: "GHz",
  kw: "kW",
  kwh: "kWh",
  kb: "kB",
  mb: "MB",
  gb: "GB",
  tb: "TB",
  mph: "mph",
  kph: "kph",
  kmph: "kmph",
  kmh: "kmh",
  lb: "lb",
  lbs: "lbs",
  oz: "oz",
  ft: "ft",
  yd: "yd",
  mi: "mi",
  hr: "hr",
  hrs: "hrs",
  min: "min",
  mins: "mins",
  sec: "sec",
  secs: "secs",
  gal: "gal",
  kj: "kJ",
  kcal: "kcal",
  kpa: "kPa",
  mpg: "mpg",
  psi: "psi",
  cc: "cc",
  usd: "USD",
  eur: "EUR",
  gbp: "GBP",
  pct: "pct",
};

/** Prefix symbol, name and power of ten. */
export const prefixes: readonly (readonly [symbol: string, name: string, power: number])[] = [
  ["E", "exa", 18],
  ["P", "peta", 15],
  ["T", "tera", 12],
  ["G", "giga", 9],
  ["M", "mega", 6],
  ["k", "kilo", 3],
  ["K", "", 3],
  ["h", "hecto", 2],
  ["da", "deca", 1],
  ["d", "deci", -1],
  ["c", "centi", -2],
  ["m", "milli", -3],
  ["µ", "micro", -6],
  ["u", "", -6],
  ["n", "nano", -9],
  ["p", "pico", -12],
  ["f", "femto", -15],
];

/** IEC 80000-13: powers of 1024. */
export const binaryPrefixes: readonly (readonly [symbol: string, name: string, power: number])[] = [
  ["Ki", "kibi", 1],
  ["Mi", "mebi", 2],
  ["Gi", "gibi", 3],
  ["Ti", "tebi", 4],
  ["Pi", "pebi", 5],
];
