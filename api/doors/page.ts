/** Small pages without scripts, for whoever stands at an address that sells: what it is, or why it doesn't go on. */

export interface DoorPage {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** Asks the same address again, by a button. */
  readonly button?: string;
  /** A way on. */
  readonly link?: { readonly href: string; readonly label: string };
  /** Seconds, for whoever came too often. */
  readonly retryAfter?: number;
}

const STYLE = `
  :root { color-scheme: light dark; font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f6f6f2; color: #1b211d; }
  main { max-width: 26rem; margin: 1rem; padding: 2rem; background: #fff; border-radius: 14px; border: 1px solid #dcdfd8; }
  h1 { font-size: 1.5rem; margin: 0 0 1rem; }
  p { line-height: 1.5; margin: 0 0 1.5rem; }
  p:last-child { margin: 0; }
  button, a.button { font: inherit; font-weight: 600; display: inline-block; padding: .7rem 1.2rem; border: 0;
    border-radius: 8px; background: #1f6b4a; color: #fff; text-decoration: none; cursor: pointer; }
  :focus-visible { outline: 3px solid #2a5fd1; outline-offset: 2px; }
  @media (prefers-color-scheme: dark) {
    body { background: #141815; color: #e8ebe6; } main { background: #1c211e; border-color: #343b36; }
  }`;

/** Search engines are asked to leave it alone: what it sells has a page of its own in the shop. */
export function htmlOf({ title, text, button, link }: DoorPage): string {
  const way = button
    ? `<form method="post"><button>${escaped(button)}</button></form>`
    : link
      ? `<a class="button" href="${escaped(link.href)}">${escaped(link.label)}</a>`
      : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<meta property="og:title" content="${escaped(title)}">
<meta property="og:description" content="${escaped(text)}">
<link rel="icon" type="image/svg+xml" href="/leaf.svg">
<style>${STYLE}</style>
</head>
<body><main><h1>${escaped(title)}</h1><p>${escaped(text)}</p>${way}</main></body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
