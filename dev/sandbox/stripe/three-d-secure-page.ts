/** How the cardholder's bank looks: one question, two buttons. */

export type Shown =
  | { readonly kind: 'question'; readonly amount: string | null; readonly description: string | null }
  | { readonly kind: 'done'; readonly succeeded: boolean }
  | { readonly kind: 'unknown' };

export function page(shown: Shown): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Example Bank: confirm it is you</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="bank">Example Bank <span>test mode</span></p>
${content(shown)}
</main>
</body>
</html>`;
}

function content(shown: Shown): string {
  switch (shown.kind) {
    case 'question': {
      const asked = shown.amount === null ? 'Save this card for later payments?' : `Pay ${escaped(shown.amount)}?`;
      return `<h1>${asked}</h1>
${shown.description ? `<p>${escaped(shown.description)}</p>` : ''}
<p>The shop asks your bank to make sure that it is you. No real money moves here.</p>
<form method="post">
<button name="answer" value="approve" class="approve">Approve</button>
<button name="answer" value="refuse">Refuse</button>
</form>`;
    }
    case 'done':
      return `<h1>${shown.succeeded ? 'Approved' : 'Not approved'}</h1><p>You can close this page and go back to the shop.</p>`;
    case 'unknown':
      return '<h1>Nothing to confirm</h1><p>This address belongs to no payment. Go back to the shop and try again.</p>';
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { box-sizing: border-box; width: min(100%, 26rem); padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0; }
.bank { font-weight: 600; margin: 0; }
.bank span { font-weight: 400; font-size: .875rem; border: 1px solid; border-radius: 1rem; padding: 0 .5rem; margin-left: .5rem; }
form { display: grid; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; min-height: 3rem; border: 1px solid #767676; border-radius: .5rem; cursor: pointer;
  background: transparent; color: inherit; }
button.approve { background: #1a56db; border-color: #1a56db; color: #fff; font-weight: 600; }
button:focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
`;
