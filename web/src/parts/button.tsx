/** A button that says when it is busy, and keeps the keyboard's place while it is. */
import type { ButtonHTMLAttributes } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'danger';
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly busy?: boolean;
}

/** While `busy`, presses are swallowed: `disabled` would throw the focus away, so `aria-disabled` it is. */
export function Button({ look, small, wide, busy = false, type = 'button', onClick, children, ...rest }: ButtonProps) {
  const classes = ['button'];
  if (look !== undefined) classes.push(`button-${look}`);
  if (small) classes.push('button-small');
  if (wide) classes.push('button-wide');
  return (
    <button
      type={type}
      className={classes.join(' ')}
      aria-disabled={busy}
      aria-busy={busy}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
      {...rest}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
