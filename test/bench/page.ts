/**
 * How long the page takes until a month of a whole fleet is drawn, in Chromium without a GPU, on a real collector that has such
 * a month behind it: from the click to the frame that shows it, with the answers' way and their reading in it; and how long a
 * frame takes while the pointer moves over the lanes, and while they are scrolled through.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startCollectorProcess } from '../collector/programs.ts';
import { startBrowser } from '../collector/web/browser.ts';
import { type Figure, median, type Tell } from './figure.ts';
import { fillMonth } from './month-store.ts';

const SIZE = { sites: 142, days: 30, stopsPerDay: 4 };
const ROUNDS = 7;
const AIM_MS = 1000;
const FRAME_AIM_MS = 50;

/** Runs in the page: goes there, and resolves with the ms until that many of these are there and a frame has passed. */
const UNTIL_DRAWN = `(async ([hash, selector, count]) => {
  const began = performance.now();
  location.hash = hash;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let n = 0; n < 3000 && document.querySelectorAll(selector).length < count; n += 1) await frame();
  await frame();
  return performance.now() - began;
})`;

/** Runs in the page: the times between two frames while something is done before each of 120, ms. */
const frames = (act: string): string => `(async () => {
  const lanes = [...document.querySelectorAll('.lane')];
  const box = lanes[4].getBoundingClientRect();
  const taken = [];
  let last = performance.now();
  for (let n = 0; n < 120; n += 1) {
    ${act}
    await new Promise((done) => requestAnimationFrame(done));
    taken.push(performance.now() - last);
    last = performance.now();
  }
  return taken;
})()`;

const POINTING = frames(`const lane = lanes[4 + n % 20];
    const at = { bubbles: true, clientX: box.left + (box.width * n) / 120, clientY: lane.getBoundingClientRect().top + 4 };
    lane.dispatchEvent(new PointerEvent('pointermove', at));`);
const SCROLLING = frames('window.scrollTo(0, n * 40);');

/** A lane that is painted has a width; the others wait out of view. */
const PAINTED = '.lane canvas[style]';

export async function pageFigures(tell: Tell): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dorawatch-bench-page-'));
  const filled = await fillMonth(folder, SIZE, Date.now() * 1000);
  tell(
    `page: ${SIZE.sites} sites × 2 servers × ${SIZE.days} days, ${SIZE.stopsPerDay} stops of each path a day: ${filled.findings} findings and ${filled.rollups} rollups, put into the collector's own stores (not folded from raw results)`,
  );
  const collector = await startCollectorProcess(filled.config, filled.state);
  const browser = await startBrowser();
  try {
    const page = await browser.open(`${collector.http}/#/now`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return [...(await drawingFigures(page)), ...(await movingFigures(page))];
  } finally {
    await browser.close();
    collector.kill('SIGTERM');
    await collector.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drawingFigures(page: Page): Promise<readonly Figure[]> {
  const drawn = async (name: string, hash: string, selector: string, count: number): Promise<Figure> => {
    const taken: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.evaluate<number>(`${UNTIL_DRAWN}(['#/now', '.group', 1])`);
      taken.push(await page.evaluate<number>(`${UNTIL_DRAWN}(${JSON.stringify([hash, selector, count])})`));
    }
    return figure(name, median(taken), AIM_MS);
  };
  const month = '#/timeline?since=-30d';
  const lanes = 2 * SIZE.sites + 2;
  return [
    await drawn('a month: two servers', month, PAINTED, 2),
    await drawn('a month: two servers, latency', '#/latency?since=-30d', '.u-over', 2),
    await drawn('a month: 142 sites of one server, in view', `${month}&server=primary`, '.lane canvas', SIZE.sites + 2),
    await drawn(
      'a month: 142 sites of both servers, in view',
      `${month}&server=primary,standby`,
      '.lane canvas',
      lanes,
    ),
    await drawn(
      'a month: 142 sites of both servers, to the last lane',
      `${month}&server=primary,standby`,
      PAINTED,
      lanes,
    ),
  ];
}

/** On what was drawn last: 284 lanes. */
async function movingFigures(page: Page): Promise<readonly Figure[]> {
  const pointing = await page.evaluate<number[]>(POINTING);
  const scrolling = await page.evaluate<number[]>(SCROLLING);
  return [
    figure('a frame while the pointer moves over 284 lanes, median', median(pointing), FRAME_AIM_MS),
    figure('  the longest of 120', Math.max(...pointing), FRAME_AIM_MS),
    figure('a frame while they are scrolled, median', median(scrolling), FRAME_AIM_MS),
    figure('  the longest of 120', Math.max(...scrolling), FRAME_AIM_MS),
  ];
}

const figure = (name: string, ms: number, aimMs: number): Figure => ({
  name,
  dorawatch: `${ms.toFixed(0)} ms`,
  peer: '',
  ratio: ms / aimMs,
  aim: `< ${aimMs} ms`,
  isMet: ms < aimMs,
});
