/** The kinds of tax ids outside the VAT of the EU and the UK, by country, in the order in which they are tried. */

/**
 * How a number without spaces and punctuation is checked: by a validator of `stdnum`, under the country and the name it
 * has there, or by its shape alone where there is no checksum. `with` is a prefix and `after` an ending that people leave
 * out and that are kept.
 */
export type Check =
  | RegExp
  | { readonly in: string; readonly by: string; readonly with?: string; readonly after?: string };

const by = (country: string, name: string): Check => ({ in: country, by: name });

export const KINDS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  AD: { ad_nrt: by('AD', 'nrt') },
  AE: { ae_trn: /^1\d{14}$/ },
  AR: { ar_cuit: by('AR', 'cuit') },
  AU: { au_abn: by('AU', 'abn'), au_arn: /^\d{12}$/ },
  BG: { bg_uic: by('BG', 'vat') },
  BH: { bh_vat: /^\d{15}$/ },
  BO: { bo_tin: /^\d{7,12}$/ },
  BR: { br_cnpj: by('BR', 'cnpj'), br_cpf: by('BR', 'cpf') },
  CA: {
    ca_gst_hst: by('CA', 'gst'),
    ca_qst: by('CA', 'qst'),
    ca_bn: by('CA', 'bn'),
    ca_pst_bc: /^PST\d{8}$/,
    ca_pst_mb: /^\d{6}[0-9X]$/,
  },
  CH: { ch_vat: by('CH', 'vat'), ch_uid: by('CH', 'uid') },
  CL: { cl_tin: by('CL', 'rut') },
  CN: { cn_tin: by('CN', 'uscc') },
  CO: { co_nit: by('CO', 'nit') },
  CR: { cr_tin: /^(?:[1-9]\d{8}|[1-4]\d{9}|[15]\d{10,11})$/ },
  DE: { de_stn: by('DE', 'stnr') },
  DO: { do_rcn: by('DO', 'rnc') },
  EC: { ec_ruc: by('EC', 'ruc') },
  EG: { eg_tin: /^\d{9}$/ },
  ES: { es_cif: by('ES', 'cif') },
  GE: { ge_vat: /^\d{9}$/ },
  HK: { hk_br: /^\d{8}$/ },
  HR: { hr_oib: by('HR', 'oib') },
  HU: { hu_tin: /^\d{11}$/ },
  ID: { id_npwp: by('ID', 'npwp') },
  IL: { il_vat: by('IL', 'idnr') },
  IN: { in_gst: by('IN', 'gstin') },
  IS: { is_vat: by('IS', 'vsk') },
  JP: { jp_cn: by('JP', 'cn'), jp_trn: { in: 'JP', by: 'cn', with: 'T' }, jp_rn: /^\d{5}$/ },
  KE: { ke_pin: by('KE', 'pin') },
  KR: { kr_brn: by('KR', 'brn') },
  KZ: { kz_bin: /^\d{12}$/ },
  LI: { li_uid: by('CH', 'uid') },
  MK: { mk_vat: { in: 'MK', by: 'edb', with: 'MK' } },
  MU: { mu_tan: /^[A-Z]?\d{8}$/ },
  MX: { mx_rfc: by('MX', 'rfc') },
  MY: { my_sst: /^[A-Z]\d{14}$/, my_itn: /^[A-Z]{1,2}\d{9,11}$/, my_frp: /^\d{8}$/ },
  NG: { ng_tin: /^\d{12}$/ },
  NO: { no_vat: { in: 'NO', by: 'mva', after: 'MVA' }, no_voec: /^\d{7}$/ },
  NZ: { nz_gst: by('NZ', 'ird') },
  OM: { om_vat: /^OM\d{10}$/ },
  PE: { pe_ruc: by('PE', 'ruc') },
  PH: { ph_tin: /^\d{9}(?:\d{3})?$/ },
  RO: { ro_tin: by('RO', 'cui') },
  RS: { rs_pib: by('RS', 'pib') },
  SA: { sa_vat: /^3\d{13}3$/ },
  SG: { sg_gst: /^M\d{8}[0-9A-Z]$/, sg_uen: by('SG', 'uen') },
  SI: { si_tin: by('SI', 'ddv') },
  SV: { sv_nit: by('SV', 'nit') },
  TH: { th_vat: by('TH', 'tin') },
  TR: { tr_tin: by('TR', 'vkn') },
  TW: { tw_vat: by('TW', 'ubn') },
  UA: { ua_vat: /^\d{9,12}$/ },
  US: { us_ein: by('US', 'ein') },
  UY: { uy_ruc: by('UY', 'rut') },
  VE: { ve_rif: by('VE', 'rif') },
  VN: { vn_tin: by('VN', 'mst') },
  ZA: { za_vat: by('ZA', 'vat') },
};
