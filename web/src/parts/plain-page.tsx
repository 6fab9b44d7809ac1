/** A page that says one thing: gone, expired, unreachable, not found. */
import type { ReactNode } from 'react';
import { PageTitle } from './page-title.tsx';

export function PlainPage({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <main className="plain-page">
      <div className="panel stack">
        <PageTitle tab={title}>{title}</PageTitle>
        {children}
      </div>
    </main>
  );
}
