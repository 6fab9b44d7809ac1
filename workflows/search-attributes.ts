/** By what operators find processes in Temporal's UI. Ids and statuses only: they are not encrypted. */
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';

export const ORGANIZATION = defineSearchAttributeKey('OrganizationId', SearchAttributeType.KEYWORD);
export const CUSTOMER = defineSearchAttributeKey('CustomerId', SearchAttributeType.KEYWORD);
export const STATUS = defineSearchAttributeKey('BillingStatus', SearchAttributeType.KEYWORD);

export const SEARCH_ATTRIBUTES = [ORGANIZATION, CUSTOMER, STATUS];

/** The pairs to start a process with. */
export function foundBy(organizationId: string, customerId: string | null, status?: string): SearchAttributePair[] {
  return [
    { key: ORGANIZATION, value: organizationId },
    ...(customerId === null ? [] : [{ key: CUSTOMER, value: customerId }]),
    ...(status === undefined ? [] : [{ key: STATUS, value: status }]),
  ];
}
