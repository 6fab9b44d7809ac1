/** `billing` runs workflows and database steps, `processor` talks to the card processor, `delivery` to everyone else. */
export const BILLING_QUEUE = 'billing';
export const PROCESSOR_QUEUE = 'processor';
export const DELIVERY_QUEUE = 'delivery';
