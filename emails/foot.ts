/** The foot of every letter: why it came, to whom one may answer, and who wrote it. */
import type { Letter, Seller } from './letter.ts';

export function footOf({ why }: Letter, { name, email }: Seller): [why: string, seller: string] {
  return [email ? `${why} Questions? Answer this e-mail, and ${name} will read it.` : why, name];
}
