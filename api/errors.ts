/** Refusals, in the peer's shapes: `{error, detail}`, where `error` is a name that clients can tell apart. */

/** Why one value of a request was refused; `loc` leads to it from `body`, `query` or `path`. */
export interface Invalid {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly error: string;
  readonly detail: string | readonly Invalid[];
  readonly headers: Readonly<Record<string, string>>;
  /** What a client may need to go on. */
  readonly more: Readonly<Record<string, string>>;

  constructor(
    status: number,
    error: string,
    detail: string | readonly Invalid[],
    headers: Readonly<Record<string, string>> = {},
    more: Readonly<Record<string, string>> = {},
  ) {
    super(typeof detail === 'string' ? detail : detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '));
    this.status = status;
    this.error = error;
    this.detail = detail;
    this.headers = headers;
    this.more = more;
  }

  toJSON() {
    return { error: this.error, detail: this.detail, ...this.more };
  }
}

/** 422: these values are wrong, or name things that don't exist. */
export const unprocessable = (...invalid: readonly Invalid[]) => new ApiError(422, 'RequestValidationError', invalid);

/** 422 for one value: `invalid(['body', 'product_id'], 'This product does not exist.')`. */
export const invalid = (loc: readonly (string | number)[], msg: string, type = 'value_error') =>
  unprocessable({ loc, msg, type });

export const notFound = (detail = 'Not found') => new ApiError(404, 'ResourceNotFound', detail);
export const notPermitted = (detail = 'Not permitted') => new ApiError(403, 'NotPermitted', detail);

/** 401; without a token, or with one that is unknown, expired or of another kind. */
export const unauthorized = (detail: string, reason?: 'invalid_token') =>
  new ApiError(401, 'Unauthorized', detail, {
    'www-authenticate': reason ? `Bearer realm="api", error="${reason}"` : 'Bearer realm="api"',
  });

/** 403; the token is good, but for other things. */
export const insufficientScope = (scopes: readonly string[]) =>
  new ApiError(403, 'insufficient_scope', `The token needs one of these scopes: ${scopes.join(', ')}.`, {
    'www-authenticate': `Bearer realm="api", error="insufficient_scope", scope="${scopes.join(' ')}"`,
  });

export const paymentFailed = (detail: string) => new ApiError(402, 'PaymentFailed', detail);
/** 402 of a payment that waits for the customer's bank; the secret is for their browser, which leads them there. */
export const paymentNeedsApproval = (detail: string, clientSecret: string) =>
  new ApiError(402, 'PaymentFailed', detail, {}, { client_secret: clientSecret });
export const paymentActionRequired = (detail: string) => new ApiError(402, 'PaymentActionRequired', detail);
export const orderNotDraft = (detail = 'This order is not a draft any more.') =>
  new ApiError(412, 'OrderNotDraft', detail);
export const paymentError = (detail: string) => new ApiError(400, 'PaymentError', detail);
export const paymentMethodSetupFailed = (detail: string) => new ApiError(400, 'PaymentMethodSetupFailed', detail);
export const paymentMethodInUse = (detail: string) =>
  new ApiError(400, 'PaymentMethodInUseByActiveSubscription', detail);
export const alreadyCanceled = (
  detail = 'The subscription is already canceled, or set to be at the end of its period.',
) => new ApiError(403, 'AlreadyCanceledSubscription', detail);
export const inactiveSubscription = (detail = 'The subscription is not active.') =>
  new ApiError(403, 'InactiveSubscription', detail);
export const alreadyActiveSubscription = (detail = 'The customer already has an active subscription.') =>
  new ApiError(403, 'AlreadyActiveSubscriptionError', detail);
export const trialAlreadyRedeemed = (detail: string) => new ApiError(403, 'TrialAlreadyRedeemed', detail);
export const checkoutNotOpen = (detail = 'The checkout is not open any more.') =>
  new ApiError(403, 'NotOpenCheckout', detail);
export const pauseResumeNotAllowed = (detail: string) => new ApiError(403, 'PauseResumeNotAllowed', detail);
export const planChangeNotAllowed = (detail: string) => new ApiError(403, 'UpdateSubscriptionPlanNotAllowed', detail);
export const seatsChangeNotAllowed = (detail: string) => new ApiError(403, 'UpdateSubscriptionSeatsNotAllowed', detail);
export const customerNotReady = (detail: string) => new ApiError(403, 'CustomerNotReady', detail);
export const paymentAlreadyInProgress = (detail = 'A payment of this order is under way.') =>
  new ApiError(409, 'PaymentAlreadyInProgress', detail);
export const orderNotEligibleForRetry = (detail: string) => new ApiError(422, 'OrderNotEligibleForRetry', detail);
export const orderNotEligibleForInvoice = (detail: string) => new ApiError(409, 'OrderNotEligibleForInvoice', detail);
export const missingInvoiceBillingDetails = (detail: string) =>
  new ApiError(422, 'MissingInvoiceBillingDetails', detail);
export const tooManyAttempts = (detail = 'This checkout was tried too often; ask the shop for a new one.') =>
  new ApiError(429, 'TooManyAttempts', detail);
export const tooManyRequests = (seconds: number) =>
  new ApiError(429, 'TooManyRequests', 'Too many requests came from here; please wait a little.', {
    'retry-after': String(seconds),
  });
export const retryLimitExceeded = (detail: string) => new ApiError(429, 'ManualRetryLimitExceeded', detail);
export const expiredCheckout = (detail = 'The checkout has expired.') =>
  new ApiError(410, 'ExpiredCheckoutError', detail);
export const badRequest = (detail: string) => new ApiError(400, 'BadRequest', detail);
export const seatNotAvailable = (detail: string) => new ApiError(400, 'SeatNotAvailable', detail);
export const seatAlreadyAssigned = (detail = 'This member has a seat of it already.') =>
  new ApiError(400, 'SeatAlreadyAssigned', detail);
export const seatNotPending = (detail = 'This seat has been claimed or revoked.') =>
  new ApiError(400, 'SeatNotPending', detail);
export const invalidInvitation = (detail = 'This invitation is unknown, used or expired.') =>
  new ApiError(400, 'InvalidInvitationToken', detail);
/** 409 for what is ours alone. */
export const conflict = (detail: string) => new ApiError(409, 'Conflict', detail);

/** What a client is told of an error that nobody foresaw. */
export const internalError = () => new ApiError(500, 'InternalServerError', 'Something went wrong on our side.');
/** The processes behind the API cannot be reached: nothing is lost, try again. */
export const unavailable = (detail = 'Not available at the moment; try again shortly.') =>
  new ApiError(503, 'ServiceUnavailable', detail, { 'retry-after': '2' });

export const TAXES_AWAY = 'The taxes can’t be told at the moment; try again shortly.';
