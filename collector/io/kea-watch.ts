/**
 * Asks the configured servers for their own word, each at its interval, and has it written to the log when it changed, every few
 * minutes, and as long as it does not fit what the sites see. One question a server at a time; a server that does not answer is
 * asked again at its next interval and no sooner.
 * Rejected: asking on demand, when someone looks at the status; the word of the moment when it mattered would be missing.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { CollectorConfig, KeaConfig } from '../core/config/config.ts';
import { freeAddresses, subnetPrefixes } from '../core/kea/free-addresses.ts';
import { bandOf } from '../core/kea/scarcity.ts';
import { readWord } from '../core/kea/word.ts';
import { KEA_REPEAT_MS } from '../core/limits.ts';
import type { KeaEntry, KeaWord } from '../core/log-entry.ts';
import { askKea } from './kea-client.ts';

export interface KeaWatchOptions {
  readonly config: CollectorConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes to the log. */
  readonly append: (entry: KeaEntry) => Promise<unknown>;
  /** Whether this word does not fit what the sites see: it is then written each time. */
  readonly isOdd: (entry: KeaEntry) => boolean;
}

export interface KeaWatch {
  /** Asks no more; resolves when no question is open. */
  close(): Promise<void>;
}

/** Starts asking at once. */
export function startKeaWatch(options: KeaWatchOptions): KeaWatch {
  const { groups, probe } = options.config;
  const asked = groups.flatMap((group) =>
    group.servers.flatMap((server) =>
      server.kea === null
        ? []
        : [
            new Asked(options, {
              group: group.name,
              server: server.name,
              kea: server.kea,
              partners: group.servers.filter((other) => other !== server).map(({ name }) => name),
              floor: probe.freeAddresses,
            }),
          ],
    ),
  );
  return {
    close: async () => {
      await Promise.all(asked.map((one) => one.close()));
    },
  };
}

interface Whom {
  readonly group: string;
  readonly server: string;
  readonly kea: KeaConfig;
  readonly partners: readonly string[];
  /** Fewer free addresses than this matter; null: they are not asked for. */
  readonly floor: number | null;
}

/** What changes all the time, and makes no word a new one. */
const RESTLESS = { freeAddresses: {}, connectingClients: null } as const;

class Asked {
  readonly #options: KeaWatchOptions;
  readonly #whom: Whom;
  readonly #timer: NodeJS.Timeout;
  #open: Promise<void> | undefined;
  /** What was written last, and when. */
  #written = { text: '', odd: false, at: Number.NEGATIVE_INFINITY };
  #prefixes: ReadonlyMap<number, string> | undefined;
  #isClosed = false;

  constructor(options: KeaWatchOptions, whom: Whom) {
    this.#options = options;
    this.#whom = whom;
    this.#timer = setInterval(() => this.#begin(), whom.kea.intervalMs);
    this.#begin();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#open;
  }

  #begin(): void {
    this.#open ??= this.#ask().finally(() => {
      this.#open = undefined;
    });
  }

  async #ask(): Promise<void> {
    const { group, server, kea, partners } = this.#whom;
    const { clock, logger, append, isOdd } = this.#options;
    const answered = await askKea(kea, 'status-get');
    const heard = answered.ok ? readWord(answered.answer, partners) : { word: null, problem: answered.problem };
    const word = heard.word && { ...heard.word, freeAddresses: await this.#free() };
    if (this.#isClosed) return;
    const receivedAt = clock.wall();
    const entry: KeaEntry = { kind: 'kea', receivedAt, group, server, word, problem: heard.problem };
    const text = JSON.stringify([word && { ...word, ...RESTLESS }, this.#bands(word), heard.problem]);
    const isNew = text !== this.#written.text;
    const odd = isOdd(entry);
    // The first that fits again too: what was told has an end.
    const isTold = odd || this.#written.odd;
    if (!isNew && !isTold && receivedAt - this.#written.at < KEA_REPEAT_MS * 1000) return;
    if (isNew && heard.problem !== null)
      logger.warn({ group, server, url: kea.url }, `no word from Kea: ${heard.problem}`);
    try {
      await append(entry);
      this.#written = { text, odd, at: receivedAt };
    } catch (error) {
      logger.error({ err: error, group, server }, "Kea's word cannot be written to the log");
    }
  }

  /** Subnets that are not ample: a count that crosses a floor is news, one that does not is none. */
  #bands(word: KeaWord | null): readonly string[] {
    const { floor } = this.#whom;
    if (word === null || floor === null) return [];
    const bands = Object.entries(word.freeAddresses).map(([prefix, free]) => `${prefix} ${bandOf(free, floor)}`);
    return bands.filter((band) => !band.endsWith('ample')).sort();
  }

  /** Its configuration is asked for once: Kea writes all of it out on the thread that answers DHCP. */
  async #free(): Promise<Readonly<Record<string, number>>> {
    const { kea, floor } = this.#whom;
    if (floor === null) return {};
    if (this.#prefixes === undefined) {
      const config = await askKea(kea, 'config-get');
      if (!config.ok) return {};
      this.#prefixes = subnetPrefixes(config.answer);
    }
    const counted = await askKea(kea, 'stat-lease4-get');
    return (counted.ok ? freeAddresses(counted.answer, this.#prefixes) : null) ?? {};
  }
}
