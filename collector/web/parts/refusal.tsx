/** Why a view has nothing newer to show, in the collector's words. */
import type { Problem } from '../core/problem.ts';

export function Refusal({ problem }: { readonly problem: Problem | null }) {
  if (problem === null) return null;
  const fields = Object.entries(problem.fields);
  return (
    <div class="notice" data-tone="bad" role="alert">
      {problem.title}
      {fields.map(([field, detail]) => (
        <div key={field}>
          {field}: {detail}
        </div>
      ))}
    </div>
  );
}
