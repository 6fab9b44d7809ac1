/** A connection of one's own, for what is written past the entities. */
import { Client } from 'pg';
import type { Dependencies } from '../dependencies.ts';

export async function withClient<T>(
  { environment }: Pick<Dependencies, 'environment'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: environment.DATABASE_URL });
  // One that breaks shows itself in the next query.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
