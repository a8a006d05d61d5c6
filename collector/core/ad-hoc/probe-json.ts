/**
 * An ad-hoc exchange for programs: what the collector answered, each message taken apart, and its octets as hex. Keys are stable;
 * moments are RFC 3339, as everywhere.
 */
import type { ProbeFrame, ProbeView } from '../../../shared/core/ops-reply.ts';
import type { FieldView } from './header-fields.ts';
import { type MessageView, messageView } from './message-view.ts';
import { hexOf } from './octet-text.ts';

type FrameJson = Omit<ProbeFrame, 'message'> &
  Omit<MessageView, 'header'> & {
    /** By field as RFC 2131 spells it; null: the message ends before it, or (sname, file) it holds options. */
    readonly header: Readonly<Record<string, FieldView['value']>>;
    /** Since the first message. */
    readonly elapsed_us: number;
    /** The whole message. */
    readonly hex: string;
  };

export type ProbeJson = Omit<ProbeView, 'frames' | 'shed_frames'> & {
  readonly answered: boolean;
  readonly messages: readonly FrameJson[];
  readonly shed_messages: number;
};

export function probeJson({ frames, shed_frames, ...view }: ProbeView): ProbeJson {
  const from = frames[0]?.at ?? 0;
  const messages = frames.map(({ message, ...frame }) => {
    const { header, ...read } = messageView(message);
    const fields = Object.fromEntries(header.map(({ name, value }) => [name, value]));
    return { ...frame, elapsed_us: frame.at - from, ...read, header: fields, hex: hexOf(message, '') };
  });
  return { ...view, answered: view.outcome === 'acked', messages, shed_messages: shed_frames };
}
