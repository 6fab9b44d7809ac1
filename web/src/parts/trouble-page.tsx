/** The page for an answer that did not come: says what is known, and tries again when asked. */
import { ApiFailure } from '../api/client.ts';
import { Button } from './button.tsx';
import { PlainPage } from './plain-page.tsx';

interface TroubleProps {
  readonly failure: unknown;
  readonly retrying: boolean;
  readonly onRetry: () => void;
}

export function TroublePage({ failure, retrying, onRetry }: TroubleProps) {
  const unreachable = failure instanceof ApiFailure && failure.error.kind === 'unreachable';
  return (
    <PlainPage title={unreachable ? 'No connection' : 'Something went wrong'}>
      <p role="alert">
        {unreachable
          ? 'This page could not reach its server. Check your connection, then try again.'
          : 'The server had trouble with this page. Nothing has been charged by opening it. Try again in a moment.'}
      </p>
      <div>
        <Button look="primary" busy={retrying} onClick={onRetry}>
          Try again
        </Button>
      </div>
    </PlainPage>
  );
}
