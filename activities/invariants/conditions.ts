/** What several rules ask, in SQL: `t` is the customer's test clock, `o` an order. */

/** The test clock, if any, that the customer lives on. */
export const clockOf = (customerId: string) => `
      left join customers c on c.id = ${customerId} left join test_clocks t on t.id = c.test_clock_id`;

/** Real time is given some minutes; a clock that rests has left nothing undone up to the instant that it shows. */
export const isOver = (instant: string, minutes = 10) => `
        ((t.id is null and ${instant} < :now::timestamptz - interval '${minutes} minutes')
          or (t.status = 'ready' and ${instant} <= t.frozen_time))`;

export const IS_BEING_PAID = `exists (select 1 from payments p where p.order_id = o.id and p.status = 'pending')`;
