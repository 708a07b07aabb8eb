/** What one number was taken for, and until when. */
interface Assignment {
  country: string;
  transferId: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** +1, any area code, 555-0100 to 555-0199: kept free for fiction by the North American Numbering Plan. */
const FIRST_AREA_CODE = 200;
const AREA_CODES = 800;
const NUMBERS_OF_AREA_CODE = 100;

/**
 * A finite pool of numbers for each country.
 *
 * Invariants:
 * 1. A number is assigned to at most one transfer at a time, and belongs to one country for good.
 * 2. It is free again once released or expired. Of the free ones that which came back last is taken first, and
 *    a new one only if none is free: whoever dials a number late must meet a stranger, as in life.
 * 3. Time passes by the caller's clock alone: an expiry is noticed when somebody looks.
 */
export class NumberPool {
  private readonly free = new Map<string, string[]>();
  private readonly issued = new Map<string, number>();
  /** By number, in the order of assignment, which is that of expiry: all live equally long. */
  private readonly assigned = new Map<string, Assignment>();
  private issuedInAll = 0;

  /** @param size - how many numbers each country has; all countries together have 80,000 at most */
  constructor(private readonly size: number) {}

  /** Assigns a number, or answers `undefined` if none of the country's is free. */
  take(assignment: Assignment, now: number): string | undefined {
    this.releaseExpired(now);
    const number = this.free.get(assignment.country)?.pop() ?? this.issue(assignment.country);
    if (number !== undefined) this.assigned.set(number, assignment);
    return number;
  }

  /** The transfer that a number is assigned to at this moment. */
  holder(number: string, now: number): string | undefined {
    this.releaseExpired(now);
    return this.assigned.get(number)?.transferId;
  }

  release(number: string): void {
    const assignment = this.assigned.get(number);
    if (assignment === undefined) return;
    this.assigned.delete(number);
    const free = this.free.get(assignment.country) ?? [];
    free.push(number);
    this.free.set(assignment.country, free);
  }

  private releaseExpired(now: number): void {
    for (const [number, { expiresAt }] of this.assigned) {
      if (now < expiresAt) return;
      this.release(number);
    }
  }

  private issue(country: string): string | undefined {
    const issued = this.issued.get(country) ?? 0;
    if (issued >= this.size || this.issuedInAll >= AREA_CODES * NUMBERS_OF_AREA_CODE) return undefined;
    this.issued.set(country, issued + 1);
    const areaCode = FIRST_AREA_CODE + Math.floor(this.issuedInAll / NUMBERS_OF_AREA_CODE);
    const line = 100 + (this.issuedInAll++ % NUMBERS_OF_AREA_CODE);
    return `+1${areaCode}5550${line}`;
  }
}
