/** Orders that the merchant writes, to be charged to a saved card without the customer being there. */
import { z } from 'zod';
import { Currency } from './currency.ts';
import { MetadataInput } from './metadata.ts';
import { CustomFieldDataInput, Id, minorUnits, optionalLine, organizationIdInput } from './primitives.ts';

export const OrderCreate = z
  .object({
    organization_id: organizationIdInput,
    customer_id: Id,
    product_id: Id.describe('Sold once, at a fixed price or for free.'),
    currency: Currency.nullable().optional().describe('Where left out, the organization’s own.'),
    amount: minorUnits.nullable().optional().describe('In minor units; where left out, the product’s price.'),
    description: optionalLine(500).describe('What the order’s line says; where left out, the product’s name.'),
    metadata: MetadataInput.default({}),
    custom_field_data: CustomFieldDataInput.default({}),
  })
  .meta({ id: 'OrderCreate' });
export type OrderCreate = z.infer<typeof OrderCreate>;

export const OrderFinalize = z
  .object({ payment_method_id: Id.nullable().optional().describe('Where left out, the customer’s default card.') })
  .meta({ id: 'OrderFinalize' });
export type OrderFinalize = z.infer<typeof OrderFinalize>;
