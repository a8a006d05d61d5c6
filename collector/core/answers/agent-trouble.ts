/**
 * What is wrong with an agent, in one line for people: who else presents its id, what of its batches was refused lately, how far its
 * clock is off. Null when nothing is. Rejected: a code for each; whoever reads the column wants to know what to do.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import type { Remark } from '../agent-table.ts';
import { CLOCK_TROUBLE_US, TROUBLE_SHOWN_US } from '../limits.ts';

export interface Troubles {
  readonly clash: Remark | null;
  readonly complaint: Remark | null;
  readonly clockOffsetUs: number | null;
  readonly clockErrorUs: number | null;
}

/** @param own what the agent itself complains of @param now collector's clock */
export function troubleText(own: string | null, agent: Troubles, now: UnixMicros): string | null {
  const recent = [agent.clash, agent.complaint].flatMap((remark) =>
    remark !== null && now - remark.at < TROUBLE_SHOWN_US ? [remark.text] : [],
  );
  const all = [own, ...recent, clockText(agent)].filter((text) => text !== null && text !== '');
  return all.length === 0 ? null : all.join('; ');
}

/** "clock 90.0 s ahead", when it is over a second off beyond what the measurement's error can explain, or not known that well. */
function clockText({ clockOffsetUs: offset, clockErrorUs: error }: Troubles): string | null {
  if (offset === null || error === null) return null;
  if (Math.abs(offset) > CLOCK_TROUBLE_US) {
    return `clock ${(Math.abs(offset) / 1e6).toFixed(1)} s ${offset > 0 ? 'ahead' : 'behind'}`;
  }
  return error > CLOCK_TROUBLE_US ? `clock known to ± ${(error / 1e6).toFixed(1)} s only` : null;
}
