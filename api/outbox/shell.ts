/** What every page of the outbox has around it. React escapes what stands in an e-mail. */
import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

export const OUTBOX = '/dev/emails';

export function page(title: string, ...content: ReactNode[]): string {
  const head = h(
    'head',
    null,
    h('meta', { charSet: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('title', null, `${title} · Outbox`),
    h('style', null, STYLE),
  );
  return `<!doctype html>${renderToStaticMarkup(h('html', { lang: 'en' }, head, h('body', null, ...content)))}`;
}

/** "24 Nov 2026, 11:58", of UTC as all dates of e-mails. */
export const moment = (at: Date): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(at);

const STYLE = `
:root { color-scheme: light dark; --paper: #f6f6f2; --surface: #fff; --ink: #1b211d; --soft: #565f59;
  --line: #dcdfd8; --accent: #1f6b4a; }
@media (prefers-color-scheme: dark) { :root { --paper: #111412; --surface: #191d1a; --ink: #e9ece8; --soft: #a7b0a9;
  --line: #303632; --accent: #74cda2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
a { color: var(--accent); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 0.5rem; }
.soft { color: var(--soft); font-size: 0.875rem; }
.row { display: flex; gap: 0.75rem; align-items: center; flex-wrap: wrap; }
.apart { justify-content: space-between; }
input, button { font: inherit; padding: 0.4rem 0.75rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--surface); color: inherit; }
button { cursor: pointer; }
ul { list-style: none; margin: 1rem 0; padding: 0; background: var(--surface); border: 1px solid var(--line);
  border-radius: 14px; overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.75rem 1rem; color: inherit;
  text-decoration: none; }
li a:hover, li a:focus-visible { background: var(--paper); }
li a > :nth-child(even) { text-align: right; }
li strong { font-weight: 600; overflow-wrap: anywhere; }
.empty { padding: 3rem 1rem; text-align: center; background: var(--surface); border: 1px dashed var(--line);
  border-radius: 14px; }
iframe { width: 100%; height: 60rem; border: 1px solid var(--line); border-radius: 14px; background: #fff; }
iframe.narrow { width: 22.5rem; max-width: 100%; display: block; margin: 0 auto; }
pre, table { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 1rem;
  white-space: pre-wrap; overflow-wrap: anywhere; width: 100%; margin: 0;
  font: 0.875rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
th { text-align: left; font-weight: 400; color: var(--soft); padding-right: 1.5rem; vertical-align: top;
  white-space: nowrap; }
`;
