/**
 * The agent's spool: batches are kept until a collector has them, on disk as long as the disk takes them. Appending flushes,
 * about once a second and at most a millisecond's work, so that what a kill -9 or a power cut can lose is the batch being
 * gathered. When the disk is full, read-only, damaged or somebody else's, batches stay in memory, within bounds, and go to the
 * disk when it takes them again; that is tried for ever. Rejected: ending; a site without a monitor is worse than one whose
 * monitor forgets at its next restart.
 */
import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { backoffMs } from '../../shared/core/backoff.ts';
import type { LossRun } from '../../shared/core/loss.ts';
import {
  addRange,
  countValues,
  hasValue,
  NO_RANGES,
  type Range,
  type Ranges,
  removeRange,
} from '../../shared/core/ranges.ts';
import type { BatchLogError, BatchLogErrorCode } from '../../shared/io/batch-log-error.ts';
import { logError } from '../../shared/io/batch-log-error.ts';
import { DAMAGED_KEPT, type Damage, openWhole } from '../../shared/io/batch-log-image.ts';
import { createClock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { randomFraction } from '../../shared/io/random.ts';
import { type HeldBatch, MemoryQueue } from '../core/memory-queue.ts';
import type { SpooledBatch } from '../core/send-window.ts';
import * as limits from '../core/stream-limits.ts';
import { type DiskBounds, type DiskSpool, openDiskSpool } from './disk-spool.ts';
import { LossKeeper } from './loss-keeper.ts';
import { SpoolClock } from './spool-clock.ts';
import type { Moves, Spool, SpoolOptions } from './spool-contract.ts';
import { moveFromMemory } from './spool-move.ts';
import { damageText, troubleText } from './spool-text.ts';

/** Never rejects: what is wrong with the directory is told, and tried again. */
export async function openSpool(directory: string, options: SpoolOptions = {}): Promise<Spool> {
  const spool = new KeptSpool(directory, options);
  await spool.recover();
  return spool;
}

class KeptSpool implements Spool {
  readonly #directory: string;
  readonly #bounds: DiskBounds;
  readonly #time: SpoolClock;
  readonly #logger: Logger;
  readonly #memory: MemoryQueue;
  readonly #losses: LossKeeper;
  readonly #look: NodeJS.Timeout;
  /** Open, though perhaps for reading only. */
  #disk: DiskSpool | undefined;
  #isWritable = false;
  /** Forgotten while the disk took no removal. */
  #unremoved: Ranges = NO_RANGES;
  #problem: BatchLogError | undefined;
  #damage: Damage | undefined;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #recovering: Promise<void> | undefined;
  #shedding: Promise<void> | undefined;
  #shed = 0;
  #isClosing = false;
  onMoved: (moves: Moves) => void = () => undefined;

  constructor(directory: string, options: SpoolOptions) {
    this.#directory = directory;
    this.#bounds = {
      bytes: options.bytes ?? limits.SPOOL_BYTES_MAX,
      ageUs: (options.ageMs ?? limits.SPOOL_AGE_MAX_MS) * 1_000,
    };
    this.#time = new SpoolClock(options.clock ?? createClock());
    this.#logger = options.logger ?? pino({ level: 'silent' });
    this.#memory = new MemoryQueue(options.memory);
    this.#losses = new LossKeeper(this.#time.startWallUs);
    this.#look = setInterval(() => this.#shedExcess(), limits.SHED_LOOK_MS).unref();
  }

  get held(): Ranges {
    return [...(this.#disk?.held ?? []), ...this.#memory.held];
  }

  get count(): number {
    return countValues(this.#disk?.held ?? []) + this.#memory.size;
  }

  get shed(): number {
    return this.#shed;
  }

  get isWritable(): boolean {
    return this.#isWritable;
  }

  get trouble(): string | null {
    if (this.#problem !== undefined) return troubleText(this.#problem.code, this.#memory.size);
    return this.#damage === undefined ? null : damageText(this.#damage);
  }

  async append(batch: Omit<SpooledBatch, 'position'>): Promise<SpooledBatch> {
    const monotonicUs = this.#time.monotonicUs();
    if (this.#isWritable && this.#disk !== undefined) {
      try {
        const [position = 0] = await this.#disk.append([this.#time.record(batch, monotonicUs)]);
        this.#shedExcess();
        return { ...batch, position };
      } catch (error) {
        this.#fail(error);
      }
    }
    const held = this.#memory.add({ ...batch, monotonicUs });
    this.#loseUnspooled(this.#memory.shed());
    return held;
  }

  #loseUnspooled(lost: readonly HeldBatch[]): void {
    if (lost.length === 0) return;
    this.#losses.lose(lost);
    if (this.#shed === 0) this.#logger.warn('memory is full as well: from now on the oldest batches in it are lost');
    this.#shed += lost.length;
  }

  /** In the background, a few at a time: a spool that has grown too old by the thousand must not hold up the live. */
  #shedExcess(): void {
    if (!this.#isWritable || this.#shedding !== undefined || this.#isClosing) return;
    this.#shedding = this.#shedAll()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#shedding = undefined;
      });
  }

  async #shedAll(): Promise<void> {
    const before = this.#shed;
    while (this.#isWritable && this.#disk !== undefined && !this.#isClosing) {
      const count = await this.#disk.shed(this.#bounds, this.#time.nowUs(), this.#losses.book);
      if (count === 0) break;
      this.#shed += count;
    }
    if (before === 0 && this.#shed > 0)
      this.#logger.warn({ shed_batches: this.#shed }, 'the spool is full or too old: its oldest batches are lost');
  }

  async read(from: number, limit: number): Promise<readonly SpooledBatch[]> {
    if (from >= limits.MEMORY_FIRST) return this.#memory.read(from, limit);
    try {
      const found = (await this.#disk?.read(from, limit)) ?? [];
      return found.length > 0 ? found : this.#memory.read(from, limit);
    } catch (error) {
      this.#fail(error);
      return [];
    }
  }

  async forget(positions: Iterable<number>): Promise<void> {
    const onDisk: number[] = [];
    for (const position of positions) {
      if (position >= limits.MEMORY_FIRST) this.#memory.forget(position);
      else if (this.#disk === undefined || hasValue(this.#disk.held, position)) onDisk.push(position);
    }
    const remove = (): Promise<void> | undefined => this.#disk?.forget(onDisk);
    await this.#written(remove, () => {
      for (const position of onDisk) this.#unremoved = addRange(this.#unremoved, { from: position, to: position });
    });
  }

  sealedLosses(): ReadonlyMap<number, LossRun> {
    return this.#losses.sealed();
  }

  settleLoss(epoch: number, range: Range): void {
    if (this.#losses.settle(epoch, range)) void this.#written(() => this.#losses.write(this.#disk));
  }

  /** Writes, or remembers what is to be written when the disk takes it again. */
  async #written(write: () => Promise<void> | undefined, later: () => void = () => undefined): Promise<void> {
    if (this.#isWritable) {
      try {
        return await write();
      } catch (error) {
        this.#fail(error);
      }
    }
    later();
    // What is forgotten must not be sent again meanwhile.
    if (this.#disk !== undefined) this.#disk.hide(this.#unremoved);
  }

  #fail(error: unknown): void {
    const problem = logError(this.#directory, error);
    this.#isWritable = false;
    if (this.#isClosing) return;
    if (this.#problem?.code !== problem.code) {
      const fields = { err: problem, code: problem.code, batches_in_memory: this.#memory.size };
      this.#logger.error(fields, `${troubleText(problem.code, this.#memory.size)}; probing goes on`);
    }
    this.#problem = problem;
    if (this.#recovering !== undefined || this.#retry !== undefined) return;
    this.#failures += 1;
    const waits = { base: limits.RECOVER_BASE_MS, max: limits.RECOVER_MAX_MS };
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        void this.recover();
      },
      backoffMs(this.#failures, randomFraction(), waits),
    );
  }

  /** Opens the disk's spool, or opens it again, and moves to it what is in memory. */
  recover(): Promise<void> {
    this.#recovering ??= this.#reopen().then(
      () => {
        this.#recovering = undefined;
      },
      (error: unknown) => {
        this.#recovering = undefined;
        this.#fail(error);
      },
    );
    return this.#recovering;
  }

  async #reopen(): Promise<void> {
    const before: BatchLogErrorCode | undefined = this.#problem?.code;
    const disk = (await this.#usable()) ?? (await this.#open());
    await this.#catchUp(disk);
    const moves = await moveFromMemory(this.#memory, disk, this.#time);
    this.#isWritable = true;
    this.#problem = undefined;
    this.#failures = 0;
    if (before !== undefined) this.#logger.info({ moved_batches: moves.size }, 'the spool can be written again');
    this.onMoved(moves);
    this.#shedExcess();
  }

  /** The log that is open, when it can be written again; until then it is read. Undefined: it must be opened. */
  async #usable(): Promise<DiskSpool | undefined> {
    const disk = this.#disk;
    if (disk === undefined) return undefined;
    const isDrained = disk.held.length === 0 && this.#problem?.code === 'LOG_FULL';
    if (!isDrained && this.#problem?.code !== 'LOG_DAMAGED') {
      await disk.touch();
      return disk;
    }
    await this.#shedding;
    this.#disk = undefined;
    await disk.close().catch((error: unknown) => this.#logger.debug({ err: error }, 'a failed spool closes badly'));
    if (!isDrained) return undefined;
    // All of it is with the collector. On a disk that is full because of the spool, this alone gives room.
    await rm(this.#directory, { recursive: true, force: true });
    this.#unremoved = NO_RANGES;
    this.#losses.renote();
    return undefined;
  }

  async #open(): Promise<DiskSpool> {
    const { opened: disk, damage } = await openWhole(this.#directory, () => openDiskSpool(this.#directory));
    if (damage !== null) this.#sayDamage(damage);
    disk.hide(this.#unremoved);
    this.#disk = disk;
    this.#time.resume(disk.newest, this.#bounds.ageUs);
    return disk;
  }

  /** What was to be written while it could not be. */
  async #catchUp(disk: DiskSpool): Promise<void> {
    await this.#losses.write(disk);
    this.#losses.adopt(await disk.losses());
    const removed = this.#unremoved;
    await disk.remove(removed);
    for (const range of removed) this.#unremoved = removeRange(this.#unremoved, range);
  }

  #sayDamage(damage: Damage): void {
    this.#damage = damage;
    this.#logger.error({ ...damage }, damageText(damage));
    for (const path of damage.removed)
      this.#logger.warn({ path }, `${path}, set aside before, was removed: there are ${DAMAGED_KEPT} newer ones`);
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    clearTimeout(this.#retry);
    await this.#recovering;
    // A last attempt, which may be the first in half a minute.
    if (!this.#isWritable) await this.recover();
    this.#isClosing = true;
    clearTimeout(this.#retry);
    await this.#shedding;
    if (this.#memory.size > 0)
      this.#logger.error(
        { lost_batches: this.#memory.size },
        'batches in memory are lost: the spool cannot be written',
      );
    await this.#disk?.close().catch((error: unknown) => this.#logger.warn({ err: error }, 'the spool closes badly'));
  }
}
