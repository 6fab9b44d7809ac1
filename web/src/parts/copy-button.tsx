/** Copies a text, and says that it did. */
import { useState } from 'react';
import { Button } from './button.tsx';

type State = 'idle' | 'copied' | 'failed';
const WORDS: Record<State, string> = { idle: 'Copy', copied: 'Copied', failed: 'Select and copy it' };

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<State>('idle');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      // Browsers refuse on pages without TLS; the text itself selects in one click.
      setState('failed');
    }
    setTimeout(() => setState('idle'), 2500);
  }
  return (
    <Button small onClick={copy} aria-label={`Copy ${what}`}>
      <span aria-live="polite">{WORDS[state]}</span>
    </Button>
  );
}
