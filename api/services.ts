/** What a route can reach beyond its own request; `api/main.ts` fills it once for the process. */
import type { Environment } from '../config/environment.ts';
import type { TaxProvider } from '../tax/provider.ts';
import type { EventStore } from '../usage/event-store.ts';
import type { EventWriter } from '../usage/event-writer.ts';
import type { WorkflowGateway } from './workflows.ts';

export interface Services {
  readonly environment: Environment;
  /** Asked for what sales are taxed with. */
  readonly taxes: TaxProvider;
  /** Takes in what customers do. */
  readonly events: EventWriter;
  /** What was taken in, as it is read. */
  readonly eventStore: EventStore;
  /** Asks running processes to act. */
  readonly workflows: WorkflowGateway;
  /** Beside the database, each must resolve for `/readyz/all` to be 200; a rejection says why not. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
}
