import { unknowns } from '../../../emulator/settings';
import { type Alternative, RECORDED } from './embedded';
import { cases } from './cases';
import type { Fact } from './facts';

/** What the embedded AWS tells with one setting changed. */
export interface AlternativeFacts extends Alternative {
  readonly facts: readonly Fact[];
}

/** An answer of AWS, beside that of the embedded AWS. */
export interface Row {
  readonly case: string;
  readonly question: string;
  /** Absent where the question didn't arise. */
  readonly aws?: string;
  readonly embedded?: string;
  /** `setting=value`, where the two differ and another value of a setting makes them the same. */
  readonly fits: readonly string[];
}

/** What all answers together say of a setting. */
export interface SettingResult {
  readonly setting: string;
  readonly likely: string;
  /** On how many answers the setting has an effect. */
  readonly matters: number;
  /** With how many of them each value agrees. */
  readonly agrees: Readonly<Record<string, number>>;
}

export function compare(aws: readonly Fact[], embedded: readonly Fact[], others: readonly AlternativeFacts[]): Row[] {
  return questionsOf(aws, embedded).map(({ case: name, question }) => {
    const seen = answerTo(aws, name, question);
    const here = answerTo(embedded, name, question);
    const fitting = others.filter(({ facts }) => seen !== here && answerTo(facts, name, question) === seen);
    return { case: name, question, aws: seen, embedded: here, fits: fitting.map(({ setting, value }) => `${setting}=${value}`) };
  });
}

export function settingResults(aws: readonly Fact[], embedded: readonly Fact[], others: readonly AlternativeFacts[]): SettingResult[] {
  return RECORDED.map((setting) => {
    const { likely } = unknowns[setting];
    const values = [{ value: likely, facts: embedded }, ...others.filter((other) => other.setting === setting)];
    const matters = questionsOf(...values.map(({ facts }) => facts)).filter(
      ({ case: name, question }) => new Set(values.map(({ facts }) => answerTo(facts, name, question))).size > 1,
    );
    const agreeing = (facts: readonly Fact[]) =>
      matters.filter(({ case: name, question }) => answerTo(facts, name, question) === answerTo(aws, name, question)).length;
    return {
      setting,
      likely,
      matters: matters.length,
      agrees: Object.fromEntries(values.map(({ value, facts }) => [value, agreeing(facts)])),
    };
  });
}

/** The values that agree with every answer. */
export function fittingValues({ matters, agrees }: SettingResult): string[] {
  return Object.keys(agrees).filter((value) => agrees[value] === matters);
}

/** For the terminal: case by case, the difference in full. */
export function show(rows: readonly Row[], settings: readonly SettingResult[]): string {
  const blocks = cases.map(({ name, what }) => [
    `\n${name}: ${what}`,
    ...rows
      .filter((row) => row.case === name)
      .map(({ question, aws, embedded, fits }) =>
        aws === embedded
          ? `  same       ${question}: ${aws}`
          : [
              `  DIFFERENT  ${question}`,
              `               AWS:          ${aws ?? '-'}`,
              `               embedded AWS: ${embedded ?? '-'}`,
              `               fits:         ${fits.join(', ') || 'no value of a setting'}`,
            ].join('\n'),
      ),
  ]);
  const results = settings.map((result) => `  ${result.setting.padEnd(16)} ${resultOf(result)}`);
  const different = rows.filter(({ aws, embedded }) => aws !== embedded).length;
  return [
    ...blocks.flat(),
    '\nSettings of emulator/settings.ts:',
    ...results,
    `\n${different} of ${rows.length} answers are different.`,
  ].join('\n');
}

function resultOf(result: SettingResult): string {
  const { likely, matters, agrees } = result;
  const fits = fittingValues(result);
  const counts = Object.entries(agrees).map(([value, count]) => `${value} ${count}`);
  const verdict = fits.includes(likely)
    ? 'fits'
    : fits.length > 0
      ? `does not fit, but ${fits.join(' or ')} does`
      : 'does not fit, nor does another value';
  return `is ${likely} here, which ${verdict} (of ${matters} answers agree with ${counts.join(', ')})`;
}

function questionsOf(...all: readonly (readonly Fact[])[]): Pick<Fact, 'case' | 'question'>[] {
  return [...new Map(all.flat().map((fact) => [`${fact.case}\n${fact.question}`, fact])).values()];
}

function answerTo(facts: readonly Fact[], name: string, question: string): string | undefined {
  return facts.find((fact) => fact.case === name && fact.question === question)?.answer;
}
