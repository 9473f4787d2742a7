// What people are likely to say of times, durations and numbers, in the template language: the recogniser's text is
// pulled towards these sentences. The parsers understand all of them, and much more.

const either = (words: string): string => `(${words.split(" ").join("|")})`;

const ONE_TO_NINE = "one two three four five six seven eight nine";
const TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen";
const NTH_TO_NINE = "first second third fourth fifth sixth seventh eighth ninth";
const NTH_TEENS =
  "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth";

const HOUR = either(`${ONE_TO_NINE} ten eleven twelve`);
const MINUTE = "(oh five|ten|fifteen|(twenty|thirty|forty|fifty) [five])";
const FACE = `(${HOUR} [o'clock|${MINUTE}]|(half past|([a] quarter|five|ten|twenty [five]) (past|to)) ${HOUR})`;
// "p m" is spoken as two letters, and "am" as one word sounds like the verb.
const CLOCK = `(${FACE} [(a|p) m]|noon|midnight)`;

const WEEKDAY = either("monday tuesday wednesday thursday friday saturday sunday");
const MONTH = either("january february march april may june july august september october november december");
const MONTH_OF_30 = either("january march april may june july august september october november december");
const MONTH_OF_31 = either("january march may july august october december");
const NTH = `(${either(`${NTH_TO_NINE} ${NTH_TEENS}`)}|twenty ${either(NTH_TO_NINE)})`;
// A day stands only beside months that have it; 29 February is that of the next leap year.
const DAY_OF_MONTH = `the (${NTH} [of ${MONTH}]|thirtieth [of ${MONTH_OF_30}]|thirty first [of ${MONTH_OF_31}])`;
const MONTH_DAY = `${MONTH} [the] ${NTH}|${MONTH_OF_30} [the] thirtieth|${MONTH_OF_31} [the] thirty first`;
const PERIOD = "this weekend|next (week|weekend|month|year)|[the] end of (the|this|next) (week|month|year)";
const DAY = [
  `([by] (today|tomorrow|[the] day after tomorrow|${PERIOD})`,
  `[on|by] (${DAY_OF_MONTH}|${MONTH_DAY})`,
  `[on|by|this|next] ${WEEKDAY}`,
  `${WEEKDAY} next week)`,
].join("|");
const PART = "(morning|afternoon|evening)";
const PART_WITHOUT_DAY = `(in the ${PART}|this ${PART}|tonight)`;

const COUNT = either(`${ONE_TO_NINE} ten eleven twelve`);
const MINUTES = `(a minute|(${COUNT}|fifteen|(twenty|thirty|forty|fifty) [five]|sixty|ninety) (minute|minutes))`;
const HOURS = `(half an hour|an hour [and a half]|${COUNT} [and a half] (hour|hours)|(a quarter|three quarters) of an hour)`;
const HOURS_AND_MINUTES = `(an|one|two|three) (hour|hours) [and] (five|ten|fifteen|(twenty|thirty|forty) [five]) minutes`;
const DAYS = `(a|${COUNT}|a couple of) (day|days|week|weeks)`;
const MONTHS = `(a|${COUNT}) (month|months|year|years)`;

/** Sentences of which `parseDue` understands every one. */
export const dueTemplates: readonly string[] = [
  `${DAY} [at ${CLOCK}|[in the] ${PART} [at ${FACE}]|night [at ${FACE}]]`,
  `at ${CLOCK} [${DAY}]`,
  `at ${FACE} [tomorrow|[on] ${WEEKDAY}] (in the ${PART}|at night)`,
  `at ${FACE} (tomorrow|[on] ${WEEKDAY}) (${PART}|night)`,
  `at ${FACE} (this ${PART}|tonight)`,
  `${PART_WITHOUT_DAY} [at ${FACE}]`,
  `in (${MINUTES}|${HOURS}|${HOURS_AND_MINUTES}|${MONTHS})`,
  `in ${DAYS} [at ${CLOCK}]`,
  `(${DAYS}|${MINUTES}|${HOURS}) from now`,
  `(a week|two weeks) from (today|tomorrow|${WEEKDAY})`,
];

/** Sentences of which `parseDuration` understands every one. */
export const durationTemplates: readonly string[] = [MINUTES, HOURS, HOURS_AND_MINUTES, DAYS];

const BELOW_HUNDRED = `(zero|${either(`${ONE_TO_NINE} ${TEENS}`)}|(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety) [${either(ONE_TO_NINE)}])`;

/** Sentences of which `parseNumber` understands every one: 0 to 9999. */
export const numberTemplates: readonly string[] = [
  BELOW_HUNDRED,
  `(a|${either(ONE_TO_NINE)}) hundred [[and] ${BELOW_HUNDRED}]`,
  `(a|${either(ONE_TO_NINE)}) thousand [${either(ONE_TO_NINE)} hundred] [[and] ${BELOW_HUNDRED}]`,
  "a couple of",
];
