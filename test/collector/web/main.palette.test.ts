/** The palette, as its style sheet has it: every text can be read on every paper in both schemes (WCAG 2.2 AA). */
import { readFileSync } from 'node:fs';
import t from 'tap';

const sheet = readFileSync(new URL('../../../collector/web/styles/palette.css', import.meta.url), 'utf8');

type Palette = ReadonlyMap<string, string>;

/** @returns the properties of the rule that begins with this selector */
function palette(selector: string): Palette {
  const rule = sheet.slice(sheet.indexOf(`${selector} {`)).split('}')[0] ?? '';
  return new Map([...rule.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1] ?? '', found[2] ?? '']));
}

const light = palette(':root');
const dark = new Map([...light, ...palette(':root[data-scheme="dark"]')]);

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(of: Palette, one: string, other: string): number {
  const [a, b] = [luminance(of.get(one) ?? '#777777'), luminance(of.get(other) ?? '#777777')];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const TEXTS = ['ink', 'ink-soft', 'accent', 'well', 'quiet', 'warn', 'bad', 'double', 'unknown'];
const PAPERS = ['paper', 'card', 'raised'];
/** What is no text but must be made out: borders of fields, what is drawn in a plot. */
const SHAPES = ['line-strong', 'bad-fill', 'plot-offer', 'plot-ack'];

t.test('the sheet is read', async (t) => {
  t.ok(light.size >= 25 && contrast(light, 'ink', 'card') > 12, `${light.size} colours`);
});

t.test('every text has 4.5 : 1, every shape that says something 3 : 1', async (t) => {
  for (const [name, of] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    const pairs = PAPERS.flatMap((paper) => TEXTS.map((text) => [text, paper] as const));
    const weak = (least: number, all: readonly (readonly [string, string])[]): readonly string[] =>
      all
        .filter(([one, other]) => contrast(of, one, other) < least)
        .map(([one, other]) => `${one} on ${other}: ${contrast(of, one, other).toFixed(2)}`);
    t.same(weak(4.5, [...pairs, ['accent-ink', 'accent'], ['card', 'bad'], ['card', 'ink']]), [], `${name}: texts`);
    t.same(
      weak(
        3,
        SHAPES.map((shape) => [shape, 'card'] as const),
      ),
      [],
      `${name}: shapes`,
    );
  }
});

t.test('a scheme that is chosen by hand is the one that the system chooses', async (t) => {
  t.same([...palette(':root:not([data-scheme="light"])')], [...palette(':root[data-scheme="dark"]')]);
});
