/** What each part of a system gets to know through its environment. */
import type { Ports } from './chosen-ports.ts';
import type { Secrets } from './secrets.ts';

/** Where everything is: known before anything is started. */
export interface Places {
  readonly home: string;
  /** API and pages. */
  readonly api: string;
  readonly databaseUrl: string;
  /** host:port */
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** undefined when Temporal runs elsewhere. */
  readonly temporalUi: string | undefined;
  /** The sandbox's base URL for Stripe's client. */
  readonly stripeApi: string;
}

/** For the API and the worker: where they listen and whom they write to is decided here, whatever the shell has set. */
export function applicationEnvironment(places: Places, ports: Ports, secrets: Secrets): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: 'development',
    DATABASE_URL: places.databaseUrl,
    TEMPORAL_ADDRESS: places.temporalAddress,
    TEMPORAL_NAMESPACE: places.temporalNamespace,
    HOST: '127.0.0.1',
    PORT: String(ports.api),
    PUBLIC_URL: undefined,
    SMTP_URL: undefined,
    EMAIL_FROM: undefined,
    OUTBOX_PAGE: 'true',
    WORKFLOW_BUNDLE: undefined,
    STRIPE_SECRET_KEY: 'sk_test_sandbox',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_sandbox',
    STRIPE_WEBHOOK_SECRET: secrets.webhookSecret,
    STRIPE_API_URL: places.stripeApi,
    OPERATOR_TOKEN: secrets.operatorToken,
    WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: 'true',
  };
}

export function sandboxEnvironment(places: Places, ports: Ports, secrets: Secrets, state: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: 'development',
    SANDBOX_PORT: String(ports.sandbox),
    SANDBOX_STATE: state,
    SANDBOX_WEBHOOK_URL: `${places.api}/v1/integrations/stripe/webhook`,
    SANDBOX_WEBHOOK_SECRET: secrets.webhookSecret,
  };
}
