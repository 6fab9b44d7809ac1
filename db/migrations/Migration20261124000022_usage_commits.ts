import { Migration } from '@mikro-orm/migrations';

/** Which transaction each connection that writes events has committed last: the proof where a commit's answer is lost. */
export class Migration20261124000022_usage_commits extends Migration {
  override up(): void {
    this.addSql(`
      create table usage_commits (
        connection bigint primary key, transaction uuid not null, began_at timestamptz not null
      ) with (fillfactor = 50)`);
  }
}
