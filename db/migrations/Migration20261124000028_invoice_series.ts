import { Migration } from '@mikro-orm/migrations';

/** What the invoice numbers of a customer begin with, where they are counted by customer: nobody else's in the organization. */
export class Migration20261124000028_invoice_series extends Migration {
  override up(): void {
    this.addSql('alter table customers add column invoice_series text null');
    // As those were numbered who have invoices already.
    this.addSql('update customers set invoice_series = upper(left(id::text, 8)) where next_invoice_number > 1');
    // Not of all rows: then it would be a key, and who gives a customer theirs would wait for all that refers to the customer.
    this.addSql(`
      create unique index customers_invoice_series_unique on customers (organization_id, invoice_series)
      where invoice_series is not null`);

    // As short as it can be. Who comes to the same one at the same time waits here for the other, and takes a longer one.
    this.addSql(`
      create function invoice_series_of(of_customer uuid) returns text language plpgsql as $$
      declare
        digits text := upper(replace(of_customer::text, '-', ''));
        series text;
      begin
        select invoice_series into strict series from customers where id = of_customer;
        for length in 8..32 by 4 loop
          exit when series is not null;
          begin
            update customers set invoice_series = left(digits, length) where id = of_customer
              returning invoice_series into strict series;
          exception when unique_violation then
            series := null;
          end;
        end loop;
        return series;
      end $$`);
  }
}
