/** Customers: whom cards are attached to. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import { customerWithId } from './customer-lookup.ts';
import { emit } from './events.ts';
import { invalid } from './failures.ts';
import { newId, now } from './ids.ts';
import {
  address,
  anything,
  clearable,
  flag,
  list,
  mergeMetadata,
  metadata,
  paging,
  range,
  read,
  shipping,
  text,
  wholeAddress,
} from './params.ts';
import { attachAsked, detach, usablePaymentMethod } from './payment-methods.ts';

const fields = {
  address: z.union([address, z.literal('')]).optional(),
  description: clearable.optional(),
  email: z
    .union([
      z.literal(''),
      z
        .string()
        .max(512)
        .regex(/^[^\s@]+@[^\s@]+$/),
    ])
    .optional(),
  invoice_prefix: text.optional(),
  invoice_settings: z
    .strictObject({
      default_payment_method: clearable.optional(),
      custom_fields: anything.optional(),
      footer: clearable.optional(),
      rendering_options: anything.optional(),
    })
    .optional(),
  metadata: metadata.optional(),
  name: clearable.optional(),
  phone: clearable.optional(),
  preferred_locales: list.optional(),
  shipping: z.union([shipping, z.literal('')]).optional(),
  tax_exempt: z.enum(['none', 'exempt', 'reverse', '']).optional(),
};
const Create = z.strictObject({ ...fields, payment_method: text.optional() });
const Update = z.strictObject({ ...fields, validate: flag.optional() });
const Filters = z.strictObject({ ...paging, email: text.optional(), created: range.optional() });

function changed(call: Call, customer: Stripe.Customer, change: z.output<typeof Update>): Stripe.Customer {
  const { invoice_settings: invoicing, metadata: keys, email, tax_exempt, validate: _, ...plain } = change;
  const preferred = invoicing?.default_payment_method;
  if (typeof preferred === 'string') {
    const method = usablePaymentMethod(call, preferred, 'invoice_settings[default_payment_method]');
    if (idOf(method.customer) !== customer.id) {
      throw invalid(
        `The customer does not have a payment method with the ID ${preferred}. The payment method must be attached to the customer.`,
        'invoice_settings[default_payment_method]',
        'resource_missing',
      );
    }
  }
  return {
    ...customer,
    ...(email === undefined ? {} : { email: email || null }),
    ...(tax_exempt === undefined ? {} : { tax_exempt: tax_exempt || 'none' }),
    ...(plain.description === undefined ? {} : { description: plain.description }),
    ...(plain.invoice_prefix === undefined ? {} : { invoice_prefix: plain.invoice_prefix }),
    ...(plain.name === undefined ? {} : { name: plain.name }),
    ...(plain.phone === undefined ? {} : { phone: plain.phone }),
    ...(plain.preferred_locales === undefined ? {} : { preferred_locales: plain.preferred_locales }),
    ...(plain.address === undefined ? {} : { address: plain.address === '' ? null : wholeAddress(plain.address) }),
    ...(plain.shipping === undefined
      ? {}
      : {
          shipping: plain.shipping === '' ? null : { ...plain.shipping, address: wholeAddress(plain.shipping.address) },
        }),
    invoice_settings: {
      ...customer.invoice_settings,
      ...(preferred === undefined ? {} : { default_payment_method: preferred }),
      ...(invoicing?.footer === undefined ? {} : { footer: invoicing.footer }),
    },
    metadata: mergeMetadata(customer.metadata, keys),
  };
}

export const customerRoutes: Route[] = [
  {
    method: 'post',
    path: '/v1/customers',
    handle(call) {
      const { payment_method, ...given } = read(Create, call.form);
      const id = newId('cus');
      const created = call.sandbox.store.put('customer', blank(id));
      if (payment_method) attachAsked(call, usablePaymentMethod(call, payment_method), created.id);
      const customer = call.sandbox.store.put('customer', changed(call, created, given));
      emit(call, 'customer.created', customer);
      return customer;
    },
  },
  {
    method: 'get',
    path: '/v1/customers/:id',
    handle(call) {
      const id = idIn(call);
      const left = call.sandbox.store.findAny(id);
      return left && 'deleted' in left ? left : customerWithId(call, id);
    },
  },
  {
    method: 'post',
    path: '/v1/customers/:id',
    handle(call) {
      const before = customerWithId(call, idIn(call));
      const customer = call.sandbox.store.put('customer', changed(call, before, read(Update, call.form)));
      emit(call, 'customer.updated', customer, before);
      return customer;
    },
  },
  {
    method: 'delete',
    path: '/v1/customers/:id',
    handle(call) {
      const customer = customerWithId(call, idIn(call));
      const { store } = call.sandbox;
      for (;;) {
        const { data } = store.list('payment_method', { customer: customer.id }, { limit: 100 }, '');
        if (data.length === 0) break;
        for (const method of data) detach(call, method);
      }
      const remains = { id: customer.id, object: 'customer', deleted: true } as const;
      store.bury(customer.id, remains);
      emit(call, 'customer.deleted', customer);
      return remains;
    },
  },
  {
    method: 'get',
    path: '/v1/customers',
    handle(call) {
      const { email, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('customer', { email, created }, page, '/v1/customers');
    },
  },
];

function blank(id: string): Stripe.Customer {
  return {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}
