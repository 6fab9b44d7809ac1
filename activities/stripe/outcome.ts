/**
 * What came of asking the processor for money. A decline is an answer like another, not an error. Details (card, fee,
 * messages, secrets) go into the rows, not here: outcomes pass through workflow histories.
 */

/** The payment is made; its row says with what and at which cost. */
export interface Paid {
  readonly status: 'paid';
}

export interface Declined {
  readonly status: 'declined';
  /** The processor's decline code, else its error code. */
  readonly reason: string;
}

/** The buyer has to do something, such as 3-D Secure; the checkout's row says how. */
export interface ActionRequired {
  readonly status: 'action_required';
  /** `pi_…` or `seti_…` */
  readonly intentId: string;
}

/** A card stands ready for later charges; nothing was charged. */
export interface SetUp {
  readonly status: 'set_up';
}

export type ChargeOutcome = Paid | Declined;
export type IntentOutcome = Paid | SetUp | Declined | ActionRequired;
