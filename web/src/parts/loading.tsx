/** Holds a place while an answer is on its way. */
export function Loading({ what, lines = 3 }: { what: string; lines?: number }) {
  return (
    <div className="stack-tight" role="status">
      <span className="unseen">Loading {what}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
        <div key={line} className="skeleton" aria-hidden="true" />
      ))}
    </div>
  );
}
