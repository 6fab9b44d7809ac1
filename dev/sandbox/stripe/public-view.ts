/** What a browser with a publishable key is shown of an intent: nothing of the customer, metadata or charges. */

const SHARED = [
  ...['id', 'object', 'automatic_payment_methods', 'cancellation_reason', 'client_secret', 'created', 'description'],
  ...['livemode', 'next_action', 'payment_method', 'payment_method_configuration_details', 'payment_method_types'],
  'status',
];
const SHOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  payment_intent: new Set([
    ...SHARED,
    ...['amount', 'amount_details', 'canceled_at', 'capture_method', 'confirmation_method', 'currency'],
    ...['last_payment_error', 'processing', 'receipt_email', 'setup_future_usage', 'shipping', 'source'],
  ]),
  setup_intent: new Set([...SHARED, 'last_setup_error', 'usage']),
};

/** Of an intent, or of a refusal that carries one. */
export function publicView(body: object): object {
  const fields = new Map<string, unknown>(Object.entries(body));
  const shown = SHOWN[String(fields.get('object'))];
  if (shown) return Object.fromEntries([...fields].filter(([name]) => shown.has(name)));
  return Object.fromEntries([...fields].map(([name, value]) => [name, isIntent(value) ? publicView(value) : value]));
}

function isIntent(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'object' in value && String(value.object) in SHOWN;
}
