/** States and provinces where tax depends on them; codes are ISO 3166-2. Elsewhere a region is free text. */
const UNITED_STATES =
  'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,' +
  'DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,' +
  'KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,' +
  'MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,' +
  'NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,PR Puerto Rico,RI Rhode Island,' +
  'SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,' +
  'WV West Virginia,WI Wisconsin,WY Wyoming,' +
  'AS American Samoa,GU Guam,MP Northern Mariana Islands,VI U.S. Virgin Islands,' +
  'AA Armed Forces Americas,AE Armed Forces Europe,AP Armed Forces Pacific';
const CANADA =
  'AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,' +
  'NT Northwest Territories,NS Nova Scotia,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,' +
  'SK Saskatchewan,YT Yukon';

export interface Region {
  readonly code: string;
  readonly name: string;
}

function regions(country: string, list: string): readonly Region[] {
  return list.split(',').map((entry) => ({ code: `${country}-${entry.slice(0, 2)}`, name: entry.slice(3) }));
}

const REGIONS: Readonly<Record<string, readonly Region[]>> = {
  US: regions('US', UNITED_STATES),
  CA: regions('CA', CANADA),
};

/** The regions to choose from, or nothing where a region is typed. */
export function regionsOf(country: string): readonly Region[] | undefined {
  return REGIONS[country];
}
