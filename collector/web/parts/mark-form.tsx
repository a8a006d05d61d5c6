/** A mark from the page: what was done, when, to what. What the collector refuses stands at its field, and gets the focus. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { GroupView } from '../../../shared/core/ops-view.ts';
import { emptyDraft, MARK_KEYS, type MarkDraft, type MarkKey, readDraft } from '../core/mark-draft.ts';
import type { Viewer } from '../core/moment-text.ts';
import { tell } from '../io/api.ts';
import { keep, kept } from '../io/theme.ts';
import { Choice, Field } from './field.tsx';

interface MarkFormProps {
  readonly groups: readonly GroupView[];
  readonly group: string | null;
  readonly viewer: Viewer;
  /** Whom the collector puts the mark down to; null: whoever says so. */
  readonly author: string | null;
  readonly onClose: () => void;
}

const ACTOR = 'dorawatch.actor';
const isMarkKey = (key: string): key is MarkKey => MARK_KEYS.some((known) => known === key);

export function MarkForm({ groups, group, viewer, author, onClose }: MarkFormProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState<MarkDraft>(() =>
    emptyDraft(group ?? '', author === null ? (kept(ACTOR) ?? '') : ''),
  );
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  useLayoutEffect(() => {
    if (Object.keys(wrong).length > 0) dialog.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong]);
  const send = async (submit: Event): Promise<void> => {
    submit.preventDefault();
    const read = readDraft(draft, viewer);
    setProblem(null);
    if (!read.ok) return setWrong(read.fields);
    setWrong({});
    setSending(true);
    const answer = await tell('marks', read.body);
    setSending(false);
    if (answer.ok) {
      if (author === null) keep(ACTOR, draft.actor);
      return onClose();
    }
    const { title, fields } = answer.problem;
    setWrong(fields);
    return setProblem(Object.keys(fields).some(isMarkKey) ? null : title);
  };
  const field = (key: MarkKey) => ({
    id: `mark-${key}`,
    value: draft[key],
    wrong: wrong[key] ?? null,
    onValue: (value: string) => setDraft((before) => ({ ...before, [key]: value })),
  });
  const servers = groups
    .filter(({ name }) => name === draft.group)
    .flatMap((one) => one.servers.map(({ name }) => name));
  return (
    <dialog ref={dialog} aria-labelledby="mark-title" onClose={onClose}>
      <h2 id="mark-title">Add a mark</h2>
      <p class="soft">What people did, beside what was measured: it stands in the timeline and in every report.</p>
      <form onSubmit={send} noValidate>
        {problem !== null && (
          <p class="wrong" role="alert">
            {problem}
          </p>
        )}
        <Field {...field('text')} label="What was done" required />
        <div class="pair">
          <Choice
            {...field('group')}
            label="Group"
            all="every group"
            options={groups.map(({ name }) => name)}
            onValue={(name) => setDraft((before) => ({ ...before, group: name, server: '' }))}
          />
          <Choice {...field('server')} label="Server" all="none in particular" options={servers} />
        </div>
        <div class="pair">
          <Field {...field('at')} label={`When (${viewer.zoneName})`} placeholder="now" hint="11:30, -5m" />
          <Field {...field('site')} label="Site" placeholder="none in particular" />
        </div>
        <div class="pair">
          {author === null && <Field {...field('actor')} label="Who" />}
          <Field {...field('ref')} label="Change number" />
        </div>
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isSending}>
            Add the mark
          </button>
        </div>
      </form>
    </dialog>
  );
}
