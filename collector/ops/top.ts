/**
 * `dorawatch top`: the live screen. Two loops feed a state (a picture each second, events as they are found), keys change it, and
 * one loop draws it; while the collector is not there they try again, and the last picture stands, grey and with its age.
 */
import type { Command } from 'commander';
import { errorText } from '../../shared/core/error-text.ts';
import { afterUs } from '../../shared/core/units.ts';
import { EVENTS_SINCE_US } from '../core/top/limits.ts';
import { topScreen } from '../core/top/screen.ts';
import { heard, initialTop, keysOf, lost, pictured, pressed, type TopState } from '../core/top/state.ts';
import type { OpsClient } from './client.ts';
import { OpsError } from './ops-error.ts';
import { type CommonFlags, destinationOf, type Runtime, withClient, withCommonOptions } from './runtime.ts';
import { type OpenScreen, openScreen } from './screen.ts';
import { waitFor } from './waiting.ts';

interface TopFlags extends CommonFlags {
  readonly group?: string;
}

const HELP = `
Groups with something wrong come first; below them the latest events of the last 12 hours. Keys: q quits, g shows only groups
whose name has what is typed, s shows the sites too, p pauses the screen, arrows and page keys move where there is more than fits.

Examples:
  dorawatch top
  dorawatch top --group corsham --collector 10.0.0.5:6767`;

/** Between two pictures, and between two attempts. */
const PICTURE_MS = 1000;
/** For a connection that is being closed. */
const LINGER_MS = 100;
/** Findings come in bursts; a screen that is drawn more often is not read faster. */
const DRAW_MS = 100;

export function addTop(program: Command, runtime: Runtime): void {
  withCommonOptions(program.command('top'), null)
    .description('who serves, live')
    .option('--group <name>', 'only groups with this in their name')
    .addHelpText('after', HELP)
    .action((flags: TopFlags) => showTop(flags, runtime));
}

async function showTop(flags: TopFlags, runtime: Runtime): Promise<void> {
  if (process.stdout.isTTY !== true)
    throw new OpsError(
      'top draws on a terminal, and standard output is none; "dorawatch status" prints the same once',
      2,
    );
  const { address: collector } = await destinationOf(flags, runtime);
  await withClient(flags, runtime, (client) => new Top(client, runtime, collector, flags.group ?? '').run());
  // The stream of events has no end of its own, and nothing is left to say.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

class Top {
  readonly #client: OpsClient;
  readonly #runtime: Runtime;
  readonly #collector: string;
  readonly #end = new AbortController();
  readonly #screen: OpenScreen;
  #state: TopState;
  #scrollMax = 0;
  #wake: () => void = () => undefined;

  constructor(client: OpsClient, runtime: Runtime, collector: string, filter: string) {
    this.#client = client;
    this.#runtime = runtime;
    this.#collector = collector;
    this.#state = initialTop(filter);
    this.#screen = openScreen({
      key: (text) => this.#onKeys(text),
      resized: () => this.#wake(),
      ended: () => this.#change({ ...this.#state, quit: true }),
    });
  }

  async run(): Promise<void> {
    try {
      const ended = this.#draw();
      const fed = Promise.all([this.#follow(() => this.#picture()), this.#follow(() => this.#events())]);
      // A fault in a feeder ends the screen as well; a drawn end does not wait for a feeder's answer.
      await Promise.race([ended, fed]);
    } finally {
      this.#end.abort();
      this.#screen.close();
    }
  }

  #change(state: TopState): void {
    this.#state = state;
    if (state.quit) this.#end.abort();
    this.#wake();
  }

  #onKeys(text: string): void {
    const reach = { page: Math.max(1, this.#screen.size.rows >> 1), scrollMax: this.#scrollMax };
    this.#change(keysOf(text).reduce((state, key) => pressed(state, key, reach), this.#state));
  }

  /** Whenever something came, and each second for the ages. */
  async #draw(): Promise<void> {
    const { clock, zone, paint, colour } = this.#runtime;
    const grey = (line: string): string =>
      colour ? `\u001b[2m${line.replaceAll('\u001b[39m', '\u001b[39;2m')}\u001b[22m` : line;
    while (!this.#state.quit) {
      const look = { collector: this.#collector, now: clock.wall(), zone, paint, grey };
      const { lines, scrollMax } = topScreen(this.#state, this.#screen.size, look);
      this.#scrollMax = scrollMax;
      this.#screen.draw(lines);
      await waitFor(DRAW_MS, this.#end.signal);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PICTURE_MS - DRAW_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (this.#state.quit) this.#wake();
      });
    }
  }

  /** Again and again until the end; what fails is said on the screen. */
  async #follow(once: () => Promise<void>): Promise<void> {
    while (!this.#end.signal.aborted) {
      try {
        await once();
      } catch (error) {
        if (!(error instanceof OpsError)) throw error;
        const [sentence = ''] = errorText(error).split('\n');
        if (!this.#end.signal.aborted) this.#change(lost(this.#state, sentence, this.#runtime.clock.wall()));
      }
      await waitFor(PICTURE_MS, this.#end.signal);
    }
  }

  async #picture(): Promise<void> {
    const status = await this.#client.ask('State', { group: null });
    const sites = this.#state.sitesShown ? await this.#client.ask('Sites', { unserved: false }) : null;
    this.#change(pictured(this.#state, { status, sites, at: this.#runtime.clock.wall() }));
  }

  async #events(): Promise<void> {
    const since = afterUs(this.#runtime.clock.wall(), -EVENTS_SINCE_US);
    const request = { group: null, since, until: null, paths: false, follow: true };
    for await (const event of this.#client.stream('Events', request)) this.#change(heard(this.#state, event));
  }
}
