/**
 * Open pages and a scraper, as one program without a browser: each page holds a live stream and asks, when it opens and at
 * every finding, what its view asks; the metrics are read once a second. Octets are counted and thrown away, so that what is
 * measured is the collector. Ends at SIGTERM, after a line of JSON. Rejected: 200 tabs of Chromium, which need a machine of
 * their own.
 *
 * usage: page-readers.ts URL PAGES
 */
import { Agent, get, type IncomingMessage } from 'node:http';
import { pause } from '../lab/child.ts';

/** What the readers got, printed as one line of JSON. */
export interface ReadersRun {
  readonly streams: number;
  readonly findings: number;
  readonly asked: number;
  readonly scrapes: number;
  readonly failed: number;
  readonly bytes: number;
}

/** Of ten pages so many show each view, and what it asks: most people leave the page on Now, which is told all that it shows. */
const TEN_PAGES: readonly (readonly string[])[] = [
  ...Array.from({ length: 6 }, () => []),
  ['timeline?group=pair&since=-24h'],
  ['timeline?group=pair&since=-24h', 'timeline?group=pair&since=-24h&sites=true&server=primary'],
  [
    'sites',
    'latency?group=pair&server=primary&since=-24h&points=720',
    'latency?group=pair&server=standby&since=-24h&points=720',
  ],
  ['sites', 'agents'],
];

const [url = '', pages = ''] = process.argv.slice(2);
const run = { streams: 0, findings: 0, asked: 0, scrapes: 0, failed: 0, bytes: 0 };
const agent = new Agent({ keepAlive: true });

function open(path: string, onOctets: (octets: Buffer) => void = () => undefined): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const call = get(`${url}${path}`, { agent }, (answer) => {
      if (answer.statusCode !== 200) run.failed += 1;
      answer.on('data', (octets: Buffer) => {
        run.bytes += octets.length;
        onOctets(octets);
      });
      answer.on('end', () => resolve(answer));
    });
    call.on('error', () => {
      run.failed += 1;
      resolve(null);
    });
  });
}

async function show(view: readonly string[]): Promise<void> {
  await Promise.all(
    view.map((question) => {
      run.asked += 1;
      return open(`/api/v1/${question}`);
    }),
  );
}

function openPage(view: readonly string[]): void {
  run.streams += 1;
  void show(view);
  void open('/api/v1/stream', (octets) => {
    if (!octets.includes('event: finding')) return;
    run.findings += 1;
    void show(view);
  });
}

process.once('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(run)}\n`, () => process.exit(0));
});
for (let page = 0; page < Number(pages); page += 1) {
  openPage(TEN_PAGES[page % TEN_PAGES.length] ?? []);
  await pause(5);
}
console.error('pages open');
for (;;) {
  await Promise.all([open('/metrics'), pause(1000)]);
  run.scrapes += 1;
}
