/** The ids of the product's things: strings at run time, kept apart by the compiler so that they can't be mixed up. */

declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

export type OrganizationId = Id<'organization'>;
export type CustomerId = Id<'customer'>;
export type MemberId = Id<'member'>;
export type SeatId = Id<'seat'>;
export type ProductId = Id<'product'>;
export type PriceId = Id<'price'>;
export type CheckoutId = Id<'checkout'>;
export type CheckoutLinkId = Id<'checkout link'>;
export type CustomFieldId = Id<'custom field'>;
export type SubscriptionId = Id<'subscription'>;
export type ChangeId = Id<'subscription change'>;
export type OrderId = Id<'order'>;
export type DocumentId = Id<'document'>;
export type PaymentId = Id<'payment'>;
export type PaymentMethodId = Id<'payment method'>;
export type BenefitId = Id<'benefit'>;
export type GrantId = Id<'grant'>;
export type LicenseKeyId = Id<'license key'>;
export type DiscountId = Id<'discount'>;
export type RedemptionId = Id<'redemption'>;
export type TestClockId = Id<'test clock'>;
export type EventId = Id<'event'>;
export type EventTypeId = Id<'event type'>;
export type MeterId = Id<'meter'>;
export type WebhookEndpointId = Id<'webhook endpoint'>;
export type WebhookEventId = Id<'webhook event'>;
