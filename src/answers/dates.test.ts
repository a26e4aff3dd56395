import { describe, expect, it } from "vitest";
import { dateOf, durationOf, timeOf } from "./dates.ts";
import { defaultPolicy } from "./policy.ts";

function date(text: string, dayFirst = false): string {
  const read = dateOf(text, { ...defaultPolicy, dayFirst });
  if (read?.kind !== "date") return "-";
  return `${read.year ?? "?"}-${read.month ?? "?"}-${read.day ?? "?"}${read.weekday === undefined ? "" : ` ${read.weekday}`}`;
}

function time(text: string): string {
  const read = timeOf(text);
  if (read?.kind !== "time") return "-";
  const [h, m, s] = [Math.floor(read.seconds / 3600), Math.floor(read.seconds / 60) % 60, read.seconds % 60];
  return `${h}:${m}:${s}${read.zone === undefined ? "" : ` ${read.zone}`}`;
}

function duration(text: string): string {
  const read = durationOf(text);
  if (read?.kind !== "value" || read.value.kind !== "number") return "-";
  return `${read.value.value.n}/${read.value.value.d} ${read.unit?.text}`;
}

const rows = (cases: Readonly<Record<string, readonly string[]>>): [string, string][] =>
  Object.entries(cases).flatMap(([shown, texts]) => texts.map((text): [string, string] => [text, shown]));

describe("dates", () => {
  it.each(
    rows({
      "2024-3-5": [
        "2024-03-05",
        "2024/03/05",
        "2024/3/5",
        "March 5, 2024",
        "March 5th, 2024",
        "5 March 2024",
        "5th of March 2024",
        "the 5th of March, 2024",
        "Mar. 5 2024",
        "Mar 5, 2024",
        "05-Mar-2024",
        "03/05/2024",
        "Tuesday, March 5, 2024",
        "Tue, 5 Mar 2024",
        "on March 5, 2024",
        "5.3.2024",
      ],
      "2024-3-5 1": ["Monday, March 5, 2024"],
      "?-3-5": ["March 5", "5th of March", "March 5th", "the 5th of March", "5 Mar"],
      "2024-3-?": ["March 2024", "March, 2024", "Mar 2024"],
      "?-3-?": ["March", "march"],
      "?-?-? 2": ["Tuesday", "on Tuesday", "TUESDAY"],
      "?-?-13 5": ["Friday the 13th", "Friday, the 13th"],
      "2024-2-29": ["Feb 29, 2024", "29 February 2024"],
      "2000-1-1": ["Saturday, January 1, 2000"],
      "2024-5-13": ["13/05/2024", "05/13/2024"],
      "-": [
        "5",
        "2024",
        "3/5/24",
        "31/31/2024",
        "Feb 29, 2023",
        "February 30",
        "Sun",
        "Mar",
        "mon",
        "apple 5",
        "March 5 apples",
        "March 32",
        "2024-13-01",

        "",
        "the",
        "5th",

        "5 of 7",
        "1/2",
        "3-5",
        "10/5",
        "March March",
        "2024 2025 March",
        "x".repeat(1000),
      ],
    }),
  )("%j", (text, shown) => {
    expect(date(text)).toBe(shown);
  });

  it("has the day first where the policy says so", () => {
    expect(date("03/05/2024", true)).toBe("2024-5-3");
    expect(date("05/13/2024", true)).toBe("2024-5-13");
  });

  it("knows the weekday of every day from 1900 to 2100", () => {
    const names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    for (let day = Date.UTC(1900, 0, 1); day < Date.UTC(2100, 0, 1); day += 86_400_000 * 37) {
      const when = new Date(day);
      const iso = when.toISOString().slice(0, 10);
      const written = `${names[when.getUTCDay()]}, ${when.getUTCDate()} ${when.toLocaleString("en", { month: "long", timeZone: "UTC" })} ${when.getUTCFullYear()}`;
      expect(date(written)).toBe(date(iso));
    }
  });
});

describe("times", () => {
  it.each(
    rows({
      "15:45:0": ["3:45 pm", "3:45pm", "3:45 p.m.", "3:45 PM", "15:45", "15:45:00", "at 3:45 pm", "03:45 pm"],
      "15:45:30": ["15:45:30", "3:45:30 pm"],
      "15:0:0": ["3 pm", "3pm", "15:00", "3 p.m.", "3 in the afternoon", "3 o'clock pm"],
      "12:0:0": ["noon", "12 noon", "12 pm", "12:00", "midday"],
      "0:0:0": ["midnight", "12 am", "0:00", "12:00 a.m."],
      "0:30:0": ["12:30 am", "0:30"],
      "3:0:0": ["3 o'clock", "three o'clock", "3 o’clock", "3 am"],
      "3:30:0": ["half past three", "3:30"],
      "4:45:0": ["quarter to five", "a quarter to five"],
      "6:20:0": ["20 past six", "twenty past six", "twenty minutes past six"],
      "9:0:0 UTC": ["09:00Z", "9:00 UTC", "9:00 GMT", "9:00+00:00"],
      "10:15:0 +02:00": ["10:15+02:00", "10:15 +0200"],
      "-": [
        "5",
        "3:4",
        "3:60",
        "25:00",
        "24:01",
        "15:45 pm",
        "13 pm",
        "5 UTC",
        "1:2:3",
        "half",
        "",
        "past six",
        "noonish",
        "3:45 pmx",
        "o'clock",
      ],
    }),
  )("%j", (text, shown) => {
    expect(time(text)).toBe(shown);
  });
});

describe("quantities in several units", () => {
  it.each(
    rows({
      "150/1 minutes": [
        "2 hours 30 minutes",
        "2 hours and 30 minutes",
        "2 hours, 30 minutes",
        "two hours thirty minutes",
        "2.5 hours 0 minutes",
      ],
      "150/1 min": ["2h30m", "2h 30min", "2 hr 30 min", "2h 30m", "2 hr. 30 min."],
      "65/1 minutes": ["an hour and 5 minutes", "1 hour 5 minutes"],
      "5415/1 seconds": ["1 hour 30 minutes 15 seconds", "1 hour, 30 minutes and 15 seconds"],
      "303/1 s": ["5m 3s", "5 min 3 s"],
      "27/1 hours": ["1 day, 3 hours"],
      "15/1 months": ["1 year 3 months", "one year and three months"],
      "66/1 inches": ["5 feet 6 inches", "5 foot 6 inches"],
      "66/1 in": ["5 ft 6 in", "5 ft. 6 in."],
      "99/1 oz": ["6 lbs 3 oz"],
      "320/1 cents": ["3 dollars and 20 cents", "$3 and 20 cents"],
      "-": [
        "2 hours",
        "30 minutes 2 hours",
        "5 apples 6 pears",
        "5 and 6",
        "2h30",
        "",
        "2 hours 3 feet",
        "1 year 3 days",
        "two three",
        "5 °C 3 °C",
        "h m",
        "5 % 3 ‰",
      ],
    }),
  )("%j", (text, shown) => {
    expect(duration(text)).toBe(shown);
  });
});
