/**
 * How long the page takes until a month of a whole fleet is drawn, in Chromium without a GPU: from the click to the frame that
 * shows the last lane, with the answers' way and their reading in it; and the longest pause while the pointer moves over it.
 */
import { startBrowser } from '../collector/web/browser.ts';
import { type Figure, median, type Tell } from './figure.ts';
import { startPageFixture } from './page-fixture.ts';

const SIZE = { sites: 142, days: 30, stopsPerDay: 4 };
const ROUNDS = 5;
const AIM_MS = 1000;

/** Runs in the page: goes there, and resolves with the ms until that many of these are drawn and a frame has passed. */
const UNTIL_DRAWN = `(async ([hash, selector, count]) => {
  const began = performance.now();
  location.hash = hash;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let n = 0; n < 3000 && document.querySelectorAll(selector).length < count; n += 1) await frame();
  await frame();
  return performance.now() - began;
})`;

/** Runs in the page: the longest time between two frames while the pointer goes over the chart, ms. */
const LONGEST_FRAME = `(async () => {
  const lane = document.querySelector('.lane canvas').getBoundingClientRect();
  let longest = 0;
  let last = performance.now();
  for (let n = 0; n < 120; n += 1) {
    const at = { bubbles: true, clientX: lane.left + (lane.width * n) / 120, clientY: lane.top + 4 };
    document.querySelector('.lane canvas').dispatchEvent(new PointerEvent('pointermove', at));
    await new Promise((done) => requestAnimationFrame(done));
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  return longest;
})()`;

export async function pageFigures(tell: Tell): Promise<readonly Figure[]> {
  tell(`page: ${SIZE.sites} sites × 2 servers × ${SIZE.days} days, ${SIZE.stopsPerDay} stops of each a day`);
  const fixture = await startPageFixture(SIZE);
  const browser = await startBrowser();
  try {
    const page = await browser.open(`${fixture.url}#/now`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const drawn = async (hash: string, selector: string, count: number): Promise<number> => {
      const taken: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await page.evaluate<number>(`${UNTIL_DRAWN}(['#/now', '.group', 1])`);
        taken.push(await page.evaluate<number>(`${UNTIL_DRAWN}(${JSON.stringify([hash, selector, count])})`));
      }
      return median(taken);
    };
    // Both servers' sites: one server's are opened at a time, and the other's lanes are in the same month.
    const servers = await drawn('#/timeline?since=-30d', '.lane canvas', 2);
    const latency = await drawn('#/latency?since=-30d', '.u-over', 2);
    const sites = await drawn('#/timeline?since=-30d&server=primary', '.lane canvas', SIZE.sites + 2);
    const both = sites + (await drawn('#/timeline?since=-30d&server=standby', '.lane canvas', SIZE.sites + 2));
    const longest = await page.evaluate<number>(LONGEST_FRAME);
    return [
      figure('timeline of a month, two servers', servers, AIM_MS),
      figure('the same with 142 sites of one server opened', sites, AIM_MS),
      figure('142 sites of both servers, one after the other', both, AIM_MS),
      figure('latency of a month, two servers', latency, AIM_MS),
      figure('longest frame while the pointer moves over 142 lanes', longest, 100),
    ];
  } finally {
    await browser.close();
    await fixture.close();
  }
}

const figure = (name: string, ms: number, aimMs: number): Figure => ({
  name,
  dorawatch: `${ms.toFixed(0)} ms`,
  peer: '',
  ratio: ms / aimMs,
  aim: `< ${aimMs} ms`,
  isMet: ms < aimMs,
});
