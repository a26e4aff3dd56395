import { describe, expect, it } from "vitest";
import { unitOf } from "./units.ts";

/** "5/18 m s^-1 π^1 + offset (sort)", dimensions in alphabetical order; "-" for no unit. */
function show(words: string): string {
  const unit = unitOf(words);
  if (!unit) return "-";
  const { n, d } = unit.scale;
  const dims = Object.entries(unit.dims)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([dim, by]) => (by === 1 ? dim : `${dim}${by}`));
  const offset = unit.offset ? `+${unit.offset.n}/${unit.offset.d}` : "";
  const pi = unit.pi === undefined ? "" : `π${unit.pi}`;
  return [d === 1n ? `${n}` : `${n}/${d}`, pi, ...dims, offset, unit.sort === "measure" ? "" : unit.sort]
    .filter(Boolean)
    .join(" ");
}

const cases: Readonly<Record<string, readonly string[]>> = {
  "1 m": ["m", "meter", "meters", "metre", "Metres", "\\text{m}", "\\mathrm{m}", "\\text{ meters}", " m ", "{m}", "m."],
  "1000 m": ["km", "KM", "Km", "kilometers", "kilometre", "kilometres"],
  "1/100 m": ["cm", "CM", "centimeters", "centimetres", "cm.", "\\, \\text{cm}", "\\,\\mathrm{cm}", "~cm"],
  "1/1000000 m": ["µm", "μm", "um", "\\mu m", "\\mu\\text{m}", "micrometers", "micron", "microns"],
  "127/5000 m": ["in", "in.", "inch", "inches", "\\text{in}"],
  "381/1250 m": ["ft", "ft.", "foot", "feet"],
  "1143/1250 m": ["yd", "yards", "yard"],
  "201168/125 m": ["mi", "mile", "miles"],
  "1852 m": ["nautical miles", "nmi"],
  "9460730472580800 m": ["light years", "light-year", "ly"],
  "1 m2": [
    "m^2",
    "m²",
    "m^{2}",
    "m2",
    "m**2",
    "square meters",
    "sq. m",
    "sq m",
    "square metre",
    "meters squared",
    "\\text{m}^2",
    "\\text{m}^{2}",
    "m*m",
  ],
  "1/10000 m2": [
    "cm^2",
    "cm²",
    "square centimeters",
    "sq cm",
    "cm^{ 2 }",
    "\\mathrm{cm}^2",
    "\\text{ cm}^2",
    "square cm",
  ],
  "145161/1562500 m2": [
    "sq ft",
    "sq. ft.",
    "square feet",
    "square foot",
    "ft^2",
    "ft²",
    "feet squared",
    "ft sq",
    "sqft",
  ],
  "10000 m2": ["ha", "hectares", "hectare"],
  "316160658/78125 m2": ["acre", "acres"],
  "1 m3": ["m^3", "m³", "cubic meters", "cu m", "cubic metre", "kL", "m3"],
  "1/1000000 m3": [
    "cm^3",
    "cubic centimeters",
    "cubic cm",
    "cc",
    "mL",
    "ml",
    "ML".toLowerCase(),
    "milliliters",
    "millilitre",
  ],
  "1/1000 m3": ["L", "l", "liter", "liters", "litre", "dm^3"],
  "473176473/125000000000 m3": ["gallon", "gallons", "gal", "gal.", "US gallons"],
  "1 kg": ["kg", "KG", "kilogram", "kilograms", "kilo", "kilos", "kgs", "kg."],
  "1/1000 kg": ["g", "gram", "grams", "gramme"],
  "45359237/100000000 kg": ["lb", "lbs", "lbs.", "pound", "pounds", "LB"],
  "45359237/1600000000 kg": ["oz", "ounces", "oz."],
  "1 s": ["s", "sec", "secs", "second", "seconds", "sec."],
  "60 s": ["min", "min.", "mins", "minute", "minutes"],
  "3600 s": ["h", "hr", "hrs", "hr.", "hour", "hours"],
  "86400 s": ["day", "days"],
  "604800 s": ["week", "weeks", "wk"],
  "1 month": ["month", "months"],
  "12 month": ["year", "years", "yr", "yrs"],
  "1200 month": ["century", "centuries"],
  "5/18 m s-1": [
    "km/h",
    "km / h",
    "kilometers per hour",
    "kilometres an hour",
    "kph",
    "km per hour",
    "km·h^{-1}",
    "km h^{-1}",
    "\\text{km/h}",
    "\\frac{\\text{km}}{\\text{h}}",
    "kmh",
  ],
  "1397/3125 m s-1": ["mph", "MPH", "miles per hour", "mi/h", "miles/hour", "m.p.h."],
  "1 m s-1": [
    "m/s",
    "m s^{-1}",
    "m s⁻¹",
    "meters per second",
    "m·s^-1",
    "\\mathrm{m}\\,\\mathrm{s}^{-1}",
    "\\frac{m}{s}",
    "\\text{m}/\\text{s}",
  ],
  "1 m s-2": ["m/s^2", "m/s²", "m/s/s", "meters per second squared", "meters per second per second", "m s^{-2}"],
  "1 kg m s-2": ["N", "newtons", "kg·m/s²", "kg m/s^2", "kg*m/s^2", "kg\\cdot m/s^2"],
  "1 kg m2 s-2": ["J", "joules", "N·m", "N m", "N.m", "newton-meters", "newton meters", "kg m^2/s^2"],
  "3600000 kg m2 s-2": ["kWh", "kwh", "kilowatt-hours", "kilowatt hours", "kW h"],
  "1/1000 kg m2 s-3": ["mW", "milliwatts"],
  "1000000 kg m2 s-3": ["MW", "megawatts"],
  "1 K-1 kg s-3": ["W/(m^2 K)", "W/m²·K"],
  "1 K-1 m2 s-2": ["J/(kg·K)", "J/kg K"],
  "1000 kg m-3": ["g/cm^3", "g/cm³", "grams per cubic centimeter", "g/mL"],
  "1 A-1 kg m s-3": ["N/C"],
  "1/1000000 A2 kg-1 m-2 s4": ["µF", "uF", "microfarads"],
  "1 A-2 kg m2 s-3": ["Ω", "\\Omega", "ohm", "ohms", "\u2126"],
  "1000 A-2 kg m2 s-3": ["kΩ", "\\text{k}\\Omega", "k\\Omega", "kiloohms"],
  "1 K": ["K", "kelvin"],
  "1 K +5463/20": [
    "°C",
    "^\\circ C",
    "^{\\circ}C",
    "^\\circ\\text{C}",
    "degrees Celsius",
    "degree Celsius",
    "Celsius",
    "degrees C",
    "℃",
    "\\degree C",
  ],
  "5/9 K +45967/180": ["°F", "degrees Fahrenheit", "Fahrenheit", "^\\circ F"],
  "1/180 π1 angle angle": ["°", "degree", "degrees", "deg", "^\\circ", "^{\\circ}", "\\degree"],
  "1 angle angle": ["rad", "radians", "radian"],
  "1/10800 π1 angle angle": ["arcmin", "arcminutes", "minutes of arc"],
  "1/30 π1 angle s-1": ["rpm", "revolutions per minute"],
  "1 bit": ["bit", "bits"],
  "8 bit": ["byte", "bytes"],
  "8000 bit": ["kB", "KB", "kilobytes"],
  "8192 bit": ["KiB", "kibibytes"],
  "1000000 bit s-1": ["Mbps", "Mb/s", "megabits per second"],
  "1/100 percent": ["%", "\\%", "percent", "per cent", "pct", "Percent", "percentage points"],
  "1/1000 percent": ["‰", "per mille"],
  "1 USD money": ["$", "\\$", "US$", "USD", "usd", "dollar", "dollars", "bucks", "US dollars", "\\text{dollars}"],
  "1/100 USD money": ["cent", "cents", "¢", "pennies", "penny"],
  "1 EUR money": ["€", "EUR", "euro", "euros"],
  "1 GBP money": ["£", "GBP", "pounds sterling", "\\pounds"],
  "1/100 GBP money": ["pence"],
  "1 CAD money": ["C$", "CAD", "Canadian dollars"],
  "1 JPY money": ["¥", "yen", "JPY"],
  "1 INR money": ["₹", "rupees"],
  "1/3600 USD s-1": ["$/hour", "dollars per hour", "dollars an hour", "$/h", "USD/hr"],
  "1/3600 s-1": ["per hour", "/h"],
  "1 unit": ["unit", "units"],
  "1 unit2": ["square units", "units^2", "sq. units", "\\text{ square units}", "units squared"],
  "1 unit3": ["cubic units"],
  "-": [
    "",
    " ",
    ".",
    "(",
    ")",
    "m^0",
    "5 m",
    "5",
    "x",
    "a",
    "C",
    "F",
    "T",
    "b",
    "eggs",
    "apples",
    "people",
    "years old",
    "am",
    "pm",
    "as",
    "us",

    "square",
    "per",
    "m/",
    "/",
    "m per",
    "mw",
    "chairs per room",
    "meter apples",
    "m^",
    "m^{",
    "(m",
    "m)",
    "left",
    "each",
    "is",
    "Ms",
    "at",
    "on",
    ..."dozen and of to the cat pages no yes B D e i n k p q r w z \\frac \\sqrt{m} m+s m=s m,s stones bars rods".split(
      " ",
    ),
  ],
};

describe("units", () => {
  const rows = Object.entries(cases).flatMap(([shown, texts]) => texts.map((text) => [text, shown] as const));

  it.each(rows)("%j", (words, shown) => {
    expect(show(words)).toBe(shown);
  });

  it("keeps the words as written", () => {
    expect(unitOf(" square  meters ")?.text).toBe("square  meters");
  });

  it("ends on anything", () => {
    for (const part of ["m/", "(", "square ", "m ", "^2", "per ", "\\text{", "m^2"]) {
      expect(unitOf(part.repeat(100_000))).toBeUndefined();
      unitOf(part.repeat(15));
    }
  });
});
