/** What a run of scenarios of plans must be made of: each kind of step, and each of what comes of them. */

const BEHAVIORS = ['invoice', 'prorate', 'next_period', 'reset'];

export const KINDS = [
  ...['pass', 'pass_to_due', 'buy', 'upgrade', 'card pays', 'card declines', 'give billing', 'give usage'],
  ...BEHAVIORS.flatMap((behavior) => [`change ${behavior}`, `seats ${behavior}`]),
  ...['discount none', 'discount half', 'discount third', 'discount gift', 'discount amount'],
  ...['pause', 'unpause', 'resume', 'period_end', 'cancel', 'uncancel', 'revoke'],
  ...['retry_payment', 'trial_end', 'trial moved', 'trial given', 'clear_pending'],
  ...['use', 'use concurrently', 'use late', 'use again', 'meanwhile'],
  ...['tax none', 'tax inclusive', 'tax exclusive', 'units carried over', 'declined', 'paid late'],
  ...['last order charged', 'last order left'],
  ...['renewal', 'meter_cycle', 'pause', 'resume', 'end', 'retry', 'grace_end'].map((kind) => `due ${kind}`),
  ...[
    'renewal',
    'meter_cycle',
    'final_order',
    'next',
    'change billed now',
    'change that waits',
    'end',
    'last order',
  ].map((what) => `preview of ${what}`),
];
