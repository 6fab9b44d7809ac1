/**
 * Letters that somebody asked for by entering an address. Those that prove or offer something go to one which may not be the
 * customer's, and greet nobody by name.
 */
import type { Letter, Seller } from './letter.ts';

/** To a customer's new address: it becomes theirs by the link. */
export function addressToConfirm(seller: Seller): Letter {
  return {
    subject: `Confirm your e-mail address for ${seller.name}`,
    preview: 'The link is good for an hour.',
    heading: 'Confirm your e-mail address',
    paragraphs: [
      `Somebody, hopefully you, wants to use this address at ${seller.name} from now on. To confirm it, open this link within an hour.`,
    ],
    facts: [],
    button: { label: 'Confirm this address', link: { to: 'proof' } },
    closing: ['If it was not you, there is nothing to do: without the link, nothing changes.'],
    why: `You get this e-mail because somebody entered your address at ${seller.name}.`,
  };
}

/** To a customer's own address. */
export function linkToPortal(seller: Seller): Letter {
  return {
    subject: `Your link to your purchases at ${seller.name}`,
    preview: 'The link is good for 7 days.',
    heading: 'Your way in',
    paragraphs: [
      `This link opens your purchases at ${seller.name}: subscriptions, invoices, payment methods. It is good for 7 days.`,
    ],
    facts: [],
    button: { label: 'Open your purchases', link: { to: 'portal' } },
    closing: [
      'Don’t pass it on: whoever has it gets in. If you did not ask for it, there is nothing to do: nobody else has seen it.',
    ],
    why: `You get this e-mail because somebody asked for your link at ${seller.name}.`,
  };
}

export interface SeatOffer {
  readonly productName: string;
  /** Who pays for it, as they call themselves or by their address. */
  readonly offeredBy: string;
}

/** To somebody who is offered a seat of another's subscription. */
export function seatOffered(seller: Seller, { productName, offeredBy }: SeatOffer): Letter {
  return {
    subject: `${offeredBy} invites you to ${productName}`,
    preview: `A seat of ${productName} waits for you.`,
    heading: `You are invited to ${productName}`,
    paragraphs: [
      `${offeredBy} has a seat of ${productName} for you, at no cost of yours. Take it, and all that belongs to it is yours.`,
    ],
    facts: [],
    button: { label: 'Take your seat', link: { to: 'seat' } },
    closing: ['If you don’t know who this is, there is nothing to do: without the link, nothing happens.'],
    why: `You get this e-mail because a customer of ${seller.name} entered your address.`,
  };
}
