/** Values of a query to ClickHouse: what others have written goes beside the text, and is never part of it. */

type Value = string | number | readonly string[] | readonly number[];

export class Parameters {
  readonly values: Record<string, Value> = {};
  private readonly places = new Map<string, string>();

  text = (value: string): string => this.place('String', value);
  texts = (values: readonly string[]): string => this.place('Array(String)', values);
  number = (value: number): string => this.place('Float64', value);
  numbers = (values: readonly number[]): string => this.place('Array(Float64)', values);
  integer = (value: number): string => this.place('Int64', value);
  integers = (values: readonly number[]): string => this.place('Array(Int64)', values);
  uuid = (value: string): string => this.place('UUID', value);
  uuids = (values: readonly string[]): string => this.place('Array(UUID)', values);

  /** A time, of ms since 1970. */
  instant = (ms: number): string => `fromUnixTimestamp64Milli(${this.integer(ms)}, 'UTC')`;

  /** Where the value stands in the text. The same value stands in one place, so that what is made of it is made once. */
  private place(type: string, value: Value): string {
    const key = `${type} ${JSON.stringify(value)}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const name = `p${this.places.size}`;
    const place = `{${name}:${type}}`;
    this.values[name] = value;
    this.places.set(key, place);
    return place;
  }
}
