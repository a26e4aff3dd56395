/** What tests of escapes share. */

/** Tries every way of a list; the value is the list of those that worked. */
export const ways = (before: string, tries: readonly string[]): string => `
${before}
def attempts():
    worked = []
    for way in ${JSON.stringify(tries)}:
        try:
            worked.append((way, repr(eval(way))))
        except Exception:
            pass
    return worked
attempts()`;

export const nothingWorked = { status: "ok", value: { list: [] } } as const;
