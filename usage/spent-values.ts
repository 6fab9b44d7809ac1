/**
 * Drops the unique values of periods that are closed, which nobody asks for any more: not with the closing, which others
 * wait for, but afterwards, a number at a time. What is dropped may be tried any number of times.
 */
import type { ClientBase } from 'pg';

/** At a time. */
const VALUES = 10_000;
const PERIODS = 500;

interface Period {
  readonly subject: string;
  readonly meter_id: string;
  readonly generation: number;
}

/** How many there were; `onPart` hears of each part. */
export async function dropSpentValues(client: ClientBase, onPart: (dropped: number) => void): Promise<number> {
  let dropped = 0;
  for (;;) {
    const { rows } = await client.query<Period>(
      `select subject, meter_id, generation from usage_values_over order by subject, meter_id, generation limit ${PERIODS}`,
    );
    if (rows.length === 0) return dropped;
    const keys = [
      rows.map(({ subject }) => subject),
      rows.map(({ meter_id }) => meter_id),
      rows.map(({ generation }) => generation),
    ];
    for (let part = VALUES; part === VALUES; ) {
      part = (await client.query(DROP_SOME, keys)).rowCount ?? 0;
      dropped += part;
      onPart(dropped);
    }
    await client.query(
      `delete from usage_values_over where (subject, meter_id, generation) in
         (select * from unnest($1::uuid[], $2::uuid[], $3::int[]))`,
      keys,
    );
  }
}

const DROP_SOME = `
  delete from usage_values where ctid = any(array(
    select v.ctid from unnest($1::uuid[], $2::uuid[], $3::int[]) as g (subject, meter_id, generation)
    join usage_values v using (subject, meter_id, generation) limit ${VALUES}))`;
