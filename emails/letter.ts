/** What an e-mail says, apart from how it looks: each is shown as HTML and as plain text. */

export interface Letter {
  readonly subject: string;
  /** What an inbox shows beside the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly facts: readonly Fact[];
  readonly button: Button | null;
  /** After the button. */
  readonly closing: readonly string[];
  /** Why it is sent, for the foot. */
  readonly why: string;
}

/** A line of a small table: what, and how much or when. */
export type Fact = readonly [label: string, value: string];

export interface Button {
  readonly label: string;
  readonly link: Link;
}

/** All but a plain address are put in with each sending, with a key of their own; see links.ts. */
export type Link = { readonly to: 'portal' | 'proof' | 'seat' } | { readonly to: 'address'; readonly url: string };

/** In whose name it is written. */
export interface Seller {
  readonly name: string;
  readonly avatarUrl?: string | null;
  readonly email?: string | null;
}

/** To whom; a name only where the address is known to be theirs. */
export interface Reader {
  readonly name?: string | null;
  /** By which money and dates are written; null: as in English. */
  readonly locale?: string | null;
}

/** Between whom. */
export interface Between {
  readonly seller: Seller;
  readonly reader: Reader;
}

/** As it is kept and sent. */
export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
