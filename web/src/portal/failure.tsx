/** An answer that didn't come, or a refusal: in the server's words, field by field where it says which. */
import { ApiFailure, isPassing } from '../api/client.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';

interface FailureProps {
  readonly title: string;
  readonly failure: Error;
  /** Offered where asking again may help. */
  readonly onRetry?: () => void;
}

export function Failure({ title, failure, onRetry }: FailureProps) {
  return (
    <Notice tone="danger" title={title}>
      <p>{wordsOf(failure)}</p>
      {onRetry !== undefined && isPassing(failure) && (
        <Button small onClick={onRetry}>
          Try again
        </Button>
      )}
    </Notice>
  );
}

export function wordsOf(failure: Error): string {
  if (!(failure instanceof ApiFailure) || failure.error.kind !== 'invalid') return failure.message;
  return failure.error.fields.map(({ message }) => message).join(' ');
}
