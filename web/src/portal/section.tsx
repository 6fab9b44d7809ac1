/** One section of the portal: its heading, and its content once that is there. */
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/loading.tsx';
import { Notice } from '../parts/notice.tsx';

interface SectionProps<T> {
  readonly title: string;
  readonly query: UseQueryResult<T>;
  readonly action?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

export function Section<T>({ title, query, action, children }: SectionProps<T>) {
  const id = useId();
  return (
    <section className="panel stack" aria-labelledby={id}>
      <div className="row apart">
        <h2 id={id}>{title}</h2>
        {action}
      </div>
      {query.data !== undefined && children(query.data)}
      {query.data === undefined && query.error === null && <Loading what={title.toLowerCase()} lines={2} />}
      {query.data === undefined && query.error !== null && (
        <Notice tone="danger" title="This could not be loaded">
          <p>{query.error.message}</p>
          <Button small busy={query.isFetching} onClick={() => void query.refetch()}>
            Try again
          </Button>
        </Notice>
      )}
    </section>
  );
}
