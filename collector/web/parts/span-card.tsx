/** What is told of one span, beside it: state, bracket, reason, and the moment in UTC. The same for a mouse and for keys. */
import type { SpanWords } from '../core/lane-rows.ts';

interface SpanCardProps {
  readonly words: SpanWords;
  /** px from the plot's left, and its width. */
  readonly x: number;
  readonly width: number;
}

export function SpanCard({ words, x, width }: SpanCardProps) {
  const side = x > width / 2 ? { right: `${Math.max(0, width - x + 10)}px` } : { left: `${x + 10}px` };
  return (
    <div class="span-card" style={side} aria-hidden="true">
      <strong>{words.title}</strong>
      {words.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {words.utc.map((line) => (
        <div key={line} class="soft">
          {line}
        </div>
      ))}
    </div>
  );
}
