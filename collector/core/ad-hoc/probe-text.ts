/**
 * An ad-hoc exchange for people: who asked whom, each message in full with when it left or came, and last how it ended, which is
 * what stands above the prompt then.
 */

import { decode } from '../../../shared/core/dhcp4/decode.ts';
import { leaseSeconds } from '../../../shared/core/dhcp4/message.ts';
import { formatIpv4 } from '../../../shared/core/net/ipv4.ts';
import type { ProbeFrame, ProbeView } from '../../../shared/core/ops-reply.ts';
import { elapsedText, localTime } from '../answers/clock-text.ts';
import { wrapped } from '../answers/table-fit.ts';
import { contentColumn, messageLines, octetsText } from './message-text.ts';
import { type MessageView, messageView } from './message-view.ts';
import { hexDump } from './octet-text.ts';

/** Where it is printed. */
export interface ProbePage {
  /** IANA name of the zone that times are shown in. */
  readonly zone: string;
  /** Characters a line; null: as wide as it gets. */
  readonly width: number | null;
  /** Paints words by what they mean. */
  paint(word: string): string;
  /** With a hex dump of each message. */
  readonly hex: boolean;
}

export function probeText(view: ProbeView, page: ProbePage): string {
  const [first] = view.frames;
  const at =
    first === undefined ? '' : `, at ${localTime(first.at, page.zone, { date: true, tenths: true })} (${page.zone})`;
  const bucket = view.bucket === null ? '' : `, as a client of bucket ${view.bucket}`;
  const head = `${view.agent} at ${view.site} asks ${view.server} of ${view.group} (${view.address})${bucket}${at}`;
  const read = view.frames.map((frame) => ({ frame, message: messageView(frame.message) }));
  const layout = { from: first?.at ?? 0, column: contentColumn(read.map(({ message }) => message)) };
  const frames = read.map(({ frame, message }) => frameLines(frame, message, layout, page));
  const shed =
    view.shed_frames === 0 ? [] : [`${view.shed_frames} more messages were too many or too long to be shown.`, ''];
  const messages = frames.flatMap((lines) => [...lines, '']);
  return [...fitted(head, page), '', ...messages, ...shed, ...fitted(outcomeText(view, page), page), ''].join('\n');
}

/** Lines of whole words that the page is wide enough for. */
const fitted = (text: string, { width }: ProbePage): readonly string[] =>
  width === null ? [text] : wrapped(text, width, '  ');

interface Layout {
  /** When the first message left. */
  readonly from: number;
  readonly column: number;
}

function frameLines(
  frame: ProbeFrame,
  message: MessageView,
  { from, column }: Layout,
  page: ProbePage,
): readonly string[] {
  const arrow = page.paint(frame.direction === 'sent' ? '→' : '←');
  const elapsed = `${((frame.at - from) / 1000).toFixed(3).padStart(9)} ms`;
  const type = page.paint(message.message_type ?? 'malformed');
  const way = `${frame.source}:${frame.source_port} → ${frame.destination}:${frame.destination_port}`;
  const stranger = frame.unexpected ? `, ${page.paint('not from the server')}` : '';
  const head = `${arrow} ${elapsed}  ${type}  ${way}, ${octetsText(message.octets)}${stranger}`;
  const dump = page.hex ? ['', ...hexDump(frame.message).map((line) => `    ${line}`)] : [];
  return [...fitted(head, page), ...messageLines(message, column, page.width), ...dump];
}

/** "Answered: …" or why not, in one sentence or two. */
export function outcomeText(view: ProbeView, { paint }: Pick<ProbePage, 'paint'>): string {
  const awaited = view.stage === 'offer' ? 'OFFER' : 'ACK';
  const said = {
    acked: () => `${paint('Answered')}: ${answeredText(view)}`,
    dropped: () =>
      `${paint('Not answered')}: no ${awaited} within ${view.wait_ms} ms of the DISCOVER${view.stage === 'offer' ? '' : `, though the OFFER came after ${msText(view.offer_us)}`}.`,
    naked: () => `${paint('Refused')}: the server answered NAK.`,
    refused: () =>
      `${paint('Not answered')}: ICMP port unreachable. The host ${view.address} lives, and nothing listens on its port 67.`,
    unreachable: () =>
      `${paint('Not answered')}: ICMP host or net unreachable; there is no way to ${view.address} from the site.`,
    unmeasured: () =>
      `${paint('Not measured')}: the agent was held up and cannot say whether an answer came in time; try again.`,
  };
  const known = Object.hasOwn(said, view.outcome) ? said[view.outcome as keyof typeof said] : null;
  return known === null ? `It ended as "${view.outcome}", which this version does not know.` : known();
}

function answeredText(view: ProbeView): string {
  const stamps = view.stamped === 'kernel' ? '' : ' (answers stamped when they were read)';
  if (view.kind === 'do') return `OFFER ${msText(view.offer_us)} after the DISCOVER${stamps}.`;
  const parts = `OFFER after ${msText(view.offer_us)}, ACK ${msText(view.ack_us)} after the REQUEST`;
  return `ACK ${msText(view.total_us)} after the DISCOVER (${parts})${stamps}. ${leaseText(view)}`;
}

/** What the last sound answer gave. */
function leaseText({ frames, released }: ProbeView): string {
  const answers = frames.filter(({ direction, unexpected }) => direction === 'received' && !unexpected);
  const last = answers.map(({ message }) => decode(message)).findLast(({ kind }) => kind === 'message');
  if (last?.kind !== 'message') return '';
  const seconds = leaseSeconds(last.message);
  const time = seconds === undefined ? '' : ` for ${elapsedText(seconds * 1000)}`;
  const address = formatIpv4(last.message.yiaddr);
  return `${address} was given${time} and ${released ? 'has been released' : 'is left to expire: nothing is released here'}.`;
}

const msText = (us: number | null): string => (us === null ? '? ms' : `${(us / 1000).toFixed(3)} ms`);
