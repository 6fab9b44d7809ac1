/** Refusals in Stripe's error shape, and what each means for the work done so far and for the idempotency key. */
import type Stripe from 'stripe';

export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  code?: string;
  decline_code?: string;
  message: string;
  param?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
  setup_intent?: Stripe.SetupIntent;
}

export interface Consequences {
  /** The work done before the refusal stands: a declined payment leaves its intent and its failed charge. */
  readonly keepsWork: boolean;
  /** The refusal is what the idempotency key answers from now on. */
  readonly saved: boolean;
}

export class StripeFailure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly consequences: Consequences;

  constructor(status: number, body: ErrorBody, consequences: Consequences = { keepsWork: false, saved: false }) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.consequences = consequences;
  }
}

/** The request itself is wrong: nothing was begun, so nothing is saved. */
export function invalid(message: string, param?: string, code?: string): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, param, code });
}

/** The request is well formed, but the object's state forbids it. */
export function forbiddenByState(code: string, message: string, about: Partial<ErrorBody> = {}): StripeFailure {
  const body: ErrorBody = { type: 'invalid_request_error', code, message, ...about };
  return new StripeFailure(400, body, { keepsWork: false, saved: true });
}

/** Ids in the address answer 404, ids in parameters 400, as at Stripe. */
export function missing(what: string, id: string, param = 'id'): StripeFailure {
  const message = `No such ${what}: '${id}'`;
  const status = param === 'id' ? 404 : 400;
  return new StripeFailure(status, { type: 'invalid_request_error', code: 'resource_missing', message, param });
}

/** A card was refused; what was recorded of the attempt stays. */
export function cardRefused(body: Omit<ErrorBody, 'type'>, keepsWork = true): StripeFailure {
  return new StripeFailure(402, { type: 'card_error', ...body }, { keepsWork, saved: true });
}

export function unauthorized(message: string): StripeFailure {
  return new StripeFailure(401, { type: 'invalid_request_error', message });
}
